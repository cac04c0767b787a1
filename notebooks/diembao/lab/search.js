// A search with suggestions (the combobox pattern of WAI-ARIA) above the choices made.
let made = 0;
function render({ model, el }) {
  const id = `db-search-${made++}`;
  const box = document.createElement("div");
  box.className = "db-search";
  const label = document.createElement("label");
  label.htmlFor = id;
  const input = document.createElement("input");
  Object.assign(input, { id, type: "text", autocomplete: "off", spellcheck: false });
  const list = document.createElement("ul");
  Object.assign(list, { id: `${id}-list`, hidden: true });
  list.setAttribute("role", "listbox");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  const tags = document.createElement("div");
  tags.className = "db-tags";
  box.append(label, tags, input, list);
  el.append(box);
  let active = -1;

  function show(open) {
    list.hidden = !open || !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  function light(number) {
    active = number;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
    if (list.children[number]) {
      input.setAttribute("aria-activedescendant", list.children[number].id);
      list.children[number].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function add(number) {
    const option = model.get("options")[number];
    if (!option) return;
    model.send({ add: option[0] });
    input.value = "";
    model.set("query", "");
    model.save_changes();
    show(false);
  }

  function suggest() {
    list.replaceChildren(...model.get("options").map(([, name, note], number) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${number}`;
      item.setAttribute("role", "option");
      const small = document.createElement("small");
      small.textContent = note;
      item.append(name, small);
      item.onmousedown = (event) => { event.preventDefault(); add(number); };
      return item;
    }));
    light(list.children.length ? 0 : -1);
    show(document.activeElement === input && input.value.trim() !== "");
  }

  function chosen() {
    tags.replaceChildren(...model.get("tags").map(([key, name]) => {
      const tag = document.createElement("button");
      tag.type = "button";
      tag.dataset.tag = key;
      tag.title = model.get("remove");
      tag.setAttribute("aria-label", `${name}: ${model.get("remove")}`);
      tag.textContent = `${name} ×`;
      tag.onclick = () => model.send({ remove: key });
      return tag;
    }));
  }

  function words() {
    label.textContent = model.get("label");
    input.placeholder = model.get("placeholder");
    input.setAttribute("aria-label", model.get("label"));
  }

  input.oninput = () => { model.set("query", input.value); model.save_changes(); };
  input.onblur = () => show(false);
  input.onfocus = () => show(input.value.trim() !== "");
  input.onkeydown = (event) => {
    event.stopPropagation(); // JupyterLab has shortcuts of its own
    const count = list.children.length;
    if (event.key === "ArrowDown" && count) light((active + 1) % count);
    else if (event.key === "ArrowUp" && count) light((active - 1 + count) % count);
    else if (event.key === "Enter") add(active);
    else if (event.key === "Escape") show(false);
    else if (event.key === "Backspace" && !input.value && model.get("tags").length) {
      model.send({ remove: model.get("tags").at(-1)[0] });
    } else return;
    event.preventDefault();
  };
  model.on("change:options", suggest);
  model.on("change:tags", chosen);
  for (const name of ["label", "placeholder", "remove"]) model.on(`change:${name}`, words);
  words();
  chosen();
}
export default { render };
