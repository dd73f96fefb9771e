// Comforts over pages that work without script: announcements, focus, suggestions while typing, copy and print.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const narrow = matchMedia("(max-width: 55.99rem)");

  // -- filters on a phone: folded at first, then as the visitor left them -------------------------
  let filtersOpen = !narrow.matches;
  function foldFilters() {
    const filters = document.getElementById("filtres");
    if (!filters) return;
    filters.open = narrow.matches ? filtersOpen : true;
    filters.addEventListener("toggle", () => { if (narrow.matches) filtersOpen = filters.open; });
  }

  // -- after a swap: title, announcement, focus ---------------------------------------------------
  let focusNext = null;
  let announcing = 0;
  function moveFocus() {
    if (focusNext) document.getElementById(focusNext)?.focus();
    focusNext = null;
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[hx-get]");
    if (!link) return;
    if (link.dataset.focus) focusNext = link.dataset.focus;
    else if (link.closest(".choisis")) focusNext = "resultats";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = document.getElementById("recherche");
    if (!region || !event.detail.elt) return;
    if (event.detail.elt.id !== "recherche") return moveFocus();
    document.title = region.dataset.titre;
    foldFilters();
    prepare(region);
    moveFocus();
    clearTimeout(announcing);
    announcing = setTimeout(() => { document.getElementById("annonce").textContent = region.dataset.annonce; }, 500);
  });

  // -- suggestions: a combobox with manual selection ------------------------------------------------
  function suggest(field) {
    const input = field.querySelector("input");
    const list = Object.assign(document.createElement("ul"), { className: "propositions", id: "propositions", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    field.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "propositions"], ["aria-expanded", "false"]]) input.setAttribute(name, value);
    let waiting = 0, asked = 0, chosen = -1;
    const close = () => { list.hidden = true; chosen = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const choose = (index) => {
      const options = [...list.children];
      chosen = (index + options.length) % options.length;
      options.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
      input.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    };
    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map((suggestion, index) => {
        const option = Object.assign(document.createElement("li"), { id: `proposition-${index}` });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = suggestion.url;
        const kind = Object.assign(document.createElement("span"), { textContent: suggestion.type });
        option.append(suggestion.label, kind);
        return option;
      }));
      chosen = -1;
      list.hidden = suggestions.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };
    const ask = async () => {
      const turn = ++asked;
      if (input.value.trim().length < 2) return close();
      try {
        const answer = await fetch(`${field.dataset.suggestions}?q=${encodeURIComponent(input.value.slice(0, 200))}`);
        if (answer.ok && turn === asked && document.activeElement === input) show(await answer.json());
      } catch { close(); }
    };
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      else if (list.hidden) return;
      else if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
      else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); location.assign(list.children[chosen].dataset.url); }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("li");
      if (option) { event.preventDefault(); location.assign(option.dataset.url); }
    });
  }

  // -- copy and print -------------------------------------------------------------------------------
  function prepare(scope) {
    scope.querySelectorAll("[data-suggestions]").forEach(suggest);
    scope.querySelectorAll("[data-imprimer]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
    if (!navigator.clipboard) return;
    scope.querySelectorAll("[data-copie]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copie).textContent);
        document.getElementById("annonce").textContent = "Citation copiée.";
      });
    });
  }
  foldFilters();
  prepare(document);
})();
