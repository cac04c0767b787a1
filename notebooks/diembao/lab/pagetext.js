// A page's text with what was found in it marked in place.
function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "db-page";
  box.tabIndex = 0;
  box.setAttribute("role", "document");
  el.append(box);

  function pick(number) {
    model.set("picked", number);
    model.save_changes();
  }

  function draw() {
    box.setAttribute("aria-label", model.get("label"));
    const parts = model.get("segments").map(([text, kind, said, number]) => {
      if (!kind) return document.createTextNode(text);
      const mark = document.createElement("mark");
      mark.className = kind;
      mark.textContent = text;
      mark.title = said;
      if (number >= 0) {
        mark.tabIndex = 0;
        mark.setAttribute("role", "button");
        mark.setAttribute("aria-label", `${text}: ${said}`);
        mark.dataset.mark = number;
        mark.onclick = () => pick(number);
        mark.onkeydown = (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            event.stopPropagation();
            pick(number);
          }
        };
      }
      return mark;
    });
    box.replaceChildren(...parts);
    const here = box.querySelector("mark.here");
    box.scrollTop = here ? Math.max(0, here.offsetTop - box.clientHeight / 3) : 0;
    picked();
  }

  function picked() {
    const number = String(model.get("picked"));
    box.querySelectorAll("mark[data-mark]").forEach((mark) => {
      mark.classList.toggle("picked", mark.dataset.mark === number);
    });
  }

  model.on("change:segments", draw);
  model.on("change:picked", picked);
  // the place of a mark is known only once the box is on the screen
  draw();
  requestAnimationFrame(draw);
}
export default { render };
