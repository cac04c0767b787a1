"use strict";
// Draws every chart of the page from the specification beside it, offers its data and its picture for saving, and makes
// long tables searchable and sortable. Without it the page has pictures of the charts and every row of the tables.
// Nothing is fetched: the loader refuses, and the page's policy would stop it besides.
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
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
    if (typeof value !== "number" && /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = (rows) => "\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  const csv = (rows) => {
    const names = [...new Set(rows.flatMap(Object.keys))];
    return lines([names, ...rows.map((row) => names.map((name) => row[name]))]);
  };
  const saveCsv = (name, text) => save(`${name}.csv`, "text/csv;charset=utf-8", text);

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
      figure.append(button(words.svg, async () => save(`${name}.svg`, "image/svg+xml", await drawn.view.toSVG())));
    } catch (error) {
      stage.remove();
      if (picture) picture.hidden = false;
      console.error(`${figure.id}: ${error.message}`);
    }
    for (const details of figure.querySelectorAll("details")) {
      const rows = spec.datasets?.[details.dataset.dataset] ?? spec.data?.values ?? [];
      if (rows.length)
        details.append(button(words.csv, () => saveCsv(name, csv(rows))));
    }
  };

  for (const figure of document.querySelectorAll("figure.chart")) draw(figure);

  // A text → the same, as long, in small letters without marks: "Triều Tiên" → "trieu tien".
  const plain = (text) =>
    text
      .replace(/[^\x00-\x7f]/g, (c) => (c === "đ" || c === "Đ" ? "d" : c.normalize("NFD")[0]))
      .toLowerCase();
  const collator = new Intl.Collator(words.language, { numeric: true });
  const count = new Intl.NumberFormat(words.language);
  const SHORT = 12; // rows that need no searching
  const FEW = 40; // rows that need no box to scroll in
  const found = window.Highlight && CSS.highlights ? new Highlight() : null;
  if (found) CSS.highlights.set("found", found);

  const wire = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    table.parentElement.classList.toggle("few", rows.length <= SHORT);
    if (rows.length <= SHORT) return;
    const texts = rows.map((row) => [...row.cells].map((c) => c.textContent.trim()).join(" ").replace(/\s+/g, " "));
    const exact = texts.map((text) => text.toLowerCase());
    const bare = texts.map(plain);
    const most = Math.min(Number(table.dataset.most) || rows.length, rows.length);
    let marked = [];
    let order = rows.map((_, index) => index);
    let shown = order;
    let folded = most < rows.length;

    const status = document.createElement("p");
    status.setAttribute("role", "status");
    const search = document.createElement("input");
    search.type = "search";
    search.autocomplete = "off";
    search.spellcheck = false;
    const label = document.createElement("label");
    label.append(words.search, search);
    const unfold = button(words.all, () => {
      folded = !folded;
      show();
    });

    // What is written without marks is found with any; what has marks is found as it is written.
    const mark = (query, read) => {
      for (const range of marked) found.delete(range);
      marked = [];
      if (!query) return;
      for (const index of shown) {
        const walker = document.createTreeWalker(rows[index], NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const text = read(node.data);
          for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) {
            const ends = { startContainer: node, startOffset: at, endContainer: node, endOffset: at + query.length };
            marked.push(new StaticRange(ends));
          }
        }
      }
      for (const range of marked) found.add(range);
    };
    const show = () => {
      const query = search.value.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
      const accented = /[^\x00-\x7f]/.test(query);
      const where = accented ? exact : bare;
      shown = order.filter((index) => where[index].includes(query));
      const visible = new Set(folded && !query ? shown.slice(0, most) : shown);
      rows.forEach((row, index) => (row.hidden = !visible.has(index)));
      table.parentElement.classList.toggle("few", visible.size <= Math.max(most, FEW));
      status.textContent = words.rows.replace("{shown}", count.format(visible.size)).replace("{total}", count.format(rows.length));
      unfold.textContent = folded ? words.all : words.few;
      unfold.hidden = most === rows.length || query !== "";
      if (found) mark(query, accented ? (text) => text.toLowerCase() : plain);
    };
    search.addEventListener("input", show);

    const heads = [...table.tHead.rows[0].cells];
    const sort = (place) => {
      const keys = rows.map((row) => row.cells[place].dataset.key);
      const numeric = heads[place].classList.contains("number");
      const turns = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
      const turn = turns[turns.indexOf(heads[place].ariaSort) + 1];
      for (const head of heads) head.removeAttribute("aria-sort");
      order = rows.map((_, index) => index);
      if (turn) {
        const value = (index) => keys[index] ?? rows[index].cells[place].textContent.trim();
        const sign = turn === "ascending" ? 1 : -1;
        const number = (index) => (keys[index] === undefined ? NaN : Number(keys[index]));
        const compare = numeric
          ? (a, b) => isNaN(number(a)) - isNaN(number(b)) || sign * (number(a) - number(b)) || 0
          : (a, b) => sign * collator.compare(value(a), value(b));
        order.sort((a, b) => compare(a, b) || a - b);
        heads[place].setAttribute("aria-sort", turn);
      }
      body.append(...order.map((index) => rows[index]));
      show();
    };
    heads.forEach((head, place) => {
      const sorter = button("", () => sort(place));
      sorter.append(...head.childNodes);
      head.append(sorter);
    });

    const tools = document.createElement("div");
    tools.className = "tools";
    const holder = table.closest(".table");
    tools.append(label, status, unfold);
    if (holder) {
      const name = `${document.body.dataset.name}-${holder.id}`;
      const written = (row) => [...row.cells].map((c) => c.textContent.trim());
      const chosen = () => lines([table.tHead.rows[0], ...shown.map((index) => rows[index])].map(written));
      tools.append(button(words.these, () => saveCsv(name, chosen())));
    }
    table.parentElement.before(tools);
    show();
  };
  for (const table of document.querySelectorAll("main .scroll > table")) wire(table);

  // A box that has nothing to scroll is no stop for the keyboard.
  const boxes = new ResizeObserver((entries) => {
    for (const { target } of entries)
      if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
  });
  for (const box of document.querySelectorAll(".scroll")) boxes.observe(box);

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
