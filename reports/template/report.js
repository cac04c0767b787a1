"use strict";
// Draws every chart of the page from the specification beside it, and offers its data and its picture for saving.
// Nothing is fetched: the loader refuses, and the page's policy would stop it besides.
(() => {
  const refuse = () => Promise.reject(new Error("reports load nothing"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

  const escaped = (value) =>
    String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  // Vega's own tooltip would fetch the picture of a field named `image`.
  const tooltip = (value) =>
    value === null || typeof value !== "object"
      ? escaped(value)
      : `<table>${Object.entries(value)
          .map(([key, text]) => `<tr><th scope="row">${escaped(key)}</th><td>${escaped(text)}</td></tr>`)
          .join("")}</table>`;

  const options = {
    actions: false,
    ast: true,
    defaultStyle: false,
    loader,
    mode: "vega-lite",
    renderer: "svg",
    tooltip: { disableDefaultStyle: true, formatTooltip: tooltip },
  };

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const button = (label, action) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", action);
    return element;
  };

  // A spreadsheet runs a text that begins like a formula; an apostrophe before it keeps it a text.
  const cell = (value) => {
    let text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (rows) => {
    const names = [...new Set(rows.flatMap(Object.keys))];
    const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
    return "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  };

  // A chart → the same chart `excess` pixels narrower, or null where it cannot be: side by side, or too narrow already.
  const narrowed = (spec, excess) => {
    if (spec.vconcat) {
      const parts = spec.vconcat.map((part) => narrowed({ config: spec.config, ...part }, excess));
      return parts.includes(null) ? null : { ...spec, vconcat: parts.map(({ config, ...part }) => part) };
    }
    const width = (spec.width ?? spec.config?.view?.continuousWidth) - excess;
    return width >= 150 ? { ...spec, width } : null;
  };

  const draw = async (figure) => {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const plot = figure.querySelector(".plot");
    const stage = document.createElement("div");
    const picture = plot.firstElementChild;
    const name = `${document.body.dataset.name}-${figure.id}`;
    plot.append(stage);
    if (picture) picture.hidden = true;
    try {
      let drawn = await vegaEmbed(stage, structuredClone(spec), options);
      // What is too wide for the screen is drawn again as narrow as it must be, or scrolls in its box.
      const excess = stage.scrollWidth - plot.clientWidth;
      const fitting = excess > 0 ? narrowed(structuredClone(spec), excess) : null;
      if (fitting) {
        drawn.finalize();
        drawn = await vegaEmbed(stage, fitting, options);
      }
      if (picture) picture.remove();
      // One image with its description; its hundred marks are in the table.
      stage.setAttribute("role", "img");
      stage.firstElementChild.setAttribute("aria-hidden", "true");
      figure.dataset.drawn = "yes";
      figure.append(button(figure.dataset.saveSvg, async () => save(`${name}.svg`, "image/svg+xml", await drawn.view.toSVG())));
    } catch (error) {
      stage.remove();
      if (picture) picture.hidden = false;
      console.error(`${figure.id}: ${error.message}`);
    }
    for (const details of figure.querySelectorAll("details")) {
      const rows = spec.datasets?.[details.dataset.dataset] ?? spec.data?.values ?? [];
      if (rows.length)
        details.append(button(figure.dataset.saveCsv, () => save(`${name}.csv`, "text/csv;charset=utf-8", csv(rows))));
    }
  };

  for (const figure of document.querySelectorAll("figure.chart")) draw(figure);

  // On paper nobody can unfold a table: the short ones are printed.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((details) => details.querySelectorAll("tr").length <= 25);
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
