// A table whose headings sort and whose rows can be chosen by mouse or keyboard.
function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "db-table";
  box.setAttribute("role", "region");
  box.tabIndex = -1;
  el.append(box);

  function choose(number, focus) {
    if (number < 0 || number >= model.get("rows").length) return;
    model.set("chosen", number);
    model.save_changes();
    if (focus) box.querySelectorAll("tbody tr")[number]?.focus();
  }

  function sort(key) {
    const same = model.get("order") === key;
    model.set("descending", same && !model.get("descending"));
    model.set("order", key);
    model.save_changes();
  }

  function mark() {
    const chosen = model.get("chosen");
    box.querySelectorAll("tbody tr").forEach((row, number) => {
      row.setAttribute("aria-selected", String(number === chosen));
      row.tabIndex = number === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  function draw() {
    const columns = model.get("columns");
    const focused = box.contains(document.activeElement) && document.activeElement.dataset.sort;
    box.setAttribute("aria-label", model.get("label"));
    const table = document.createElement("table");
    table.setAttribute("aria-label", model.get("label"));
    const head = table.createTHead().insertRow();
    for (const { key, label, align, sorts } of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.className = align;
      if (sorts) {
        const on = model.get("order") === key;
        const down = model.get("descending");
        cell.setAttribute("aria-sort", on ? (down ? "descending" : "ascending") : "none");
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.sort = key;
        button.textContent = label + (on ? (down ? " ↓" : " ↑") : "");
        button.onclick = () => sort(key);
        cell.append(button);
      } else {
        cell.textContent = label;
      }
      head.append(cell);
    }
    const body = table.createTBody();
    model.get("rows").forEach((cells, number) => {
      const row = body.insertRow();
      row.onclick = () => choose(number, false);
      row.onkeydown = (event) => {
        const to = { Enter: number, " ": number, ArrowDown: number + 1, ArrowUp: number - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        choose(to, true);
      };
      cells.forEach((text, place) => {
        const cell = row.insertCell();
        cell.className = columns[place].align;
        const inner = document.createElement(columns[place].strong ? "b" : "span");
        inner.textContent = text;
        cell.title = text; // what is too long for its cell is read there
        cell.append(inner);
      });
    });
    box.replaceChildren(table);
    mark();
    if (focused) box.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  for (const name of ["rows", "columns", "label"]) model.on(`change:${name}`, draw);
  model.on("change:chosen", mark);
  draw();
}
export default { render };
