// Comforts over pages that work without script: announcements, focus, suggestions while typing, copy and print.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const narrow = matchMedia("(max-width: 55.99rem)");

  // -- what was focused stays where the eye left it, though all around it is replaced ----------------
  let focusNext = null;
  let before = null;
  function remember() {
    const active = document.activeElement;
    before = active && active.id ? { id: active.id, top: active.getBoundingClientRect().top } : null;
  }
  function putBack() {
    if (focusNext) return moveFocus();
    if (!before) return;
    const same = document.getElementById(before.id) || document.getElementById("resultats");
    if (!same) return;
    same.focus({ preventScroll: true });
    const moved = same.getBoundingClientRect().top - before.top;
    if (same.id === before.id && Math.abs(moved) > 1) scrollerOf(same).scrollBy({ top: moved, behavior: "instant" });
    before = null;
  }
  const scrollerOf = (element) => element.closest("dialog .contenu") || window;
  function moveFocus() {
    if (focusNext) document.getElementById(focusNext)?.focus();
    focusNext = null;
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[hx-get]");
    if (link?.dataset.focus) focusNext = link.dataset.focus;
  });

  // -- where what happens is told -------------------------------------------------------------------
  const announced = document.getElementById("annonce");
  const state = document.getElementById("etat");
  const live = [announced, state];

  // -- filters on a phone: a dialog, opened when asked for -------------------------------------------
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialogue" });
  dialog.setAttribute("aria-labelledby", "titre-filtres");
  const makeButton = (className, text) => Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  const closing = makeButton("fermer", "Fermer");
  const content = Object.assign(document.createElement("div"), { className: "contenu" });
  const showing = makeButton("montrer", "");
  dialog.append(closing, content, showing);
  closing.addEventListener("click", () => dialog.close());
  showing.addEventListener("click", () => dialog.close("resultats"));
  dialog.addEventListener("close", () => {
    document.body.append(...live);
    document.querySelector("#recherche .colonnes")?.prepend(...content.childNodes);
    document.getElementById(dialog.returnValue || "ouvrir-filtres")?.focus();
    dialog.returnValue = "";
  });
  narrow.addEventListener("change", () => { if (dialog.open) dialog.close(); });
  function intoDialog(region) {
    content.replaceChildren(region.querySelector("#filtres"));
    showing.textContent = region.dataset.voir;
  }
  document.addEventListener("click", (event) => {
    if (!narrow.matches || !event.target.closest("a[href='#titre-filtres']")) return;
    event.preventDefault();
    openFilters();
  });
  function openFilters() {
    document.body.append(dialog);
    // What is told outside an open dialog is neither seen nor heard.
    dialog.append(...live);
    intoDialog(document.getElementById("recherche"));
    dialog.showModal();
    closing.focus();
  }

  // -- told to who listens, once typing or clicking has paused ---------------------------------------
  let announcing = 0;
  function say(sentence) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { announced.textContent = sentence; }, 500);
  }

  // -- around a request: what is old dims, what is late or failed is told ----------------------------
  const told = document.createElement("p");
  const again = makeButton("reessayer", "Réessayer");
  let dimming = 0, telling = 0, asked = null;
  function settle() {
    clearTimeout(dimming);
    clearTimeout(telling);
    root.classList.remove("attend");
    state.replaceChildren();
  }
  function tell(sentence, ...more) {
    told.textContent = sentence;
    state.replaceChildren(told, ...more);
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    settle();
    asked = event.detail.requestConfig;
    dimming = setTimeout(() => root.classList.add("attend"), 300);
    telling = setTimeout(() => tell("La recherche prend plus de temps que d’habitude. Un instant…"), 2000);
  });
  const failures = {
    "htmx:sendError": "La recherche n’a pas abouti : le réseau ne répond pas.",
    "htmx:timeout": "La recherche n’a pas abouti : la base met trop de temps à répondre.",
    "htmx:responseError": "La recherche n’a pas abouti : la base ne répond pas pour l’instant.",
    "htmx:sendAbort": "La recherche a été interrompue.",
  };
  for (const [name, sentence] of Object.entries(failures)) {
    document.addEventListener(name, (event) => {
      // One that a newer one replaces has not failed.
      if (asked && event.detail.requestConfig && event.detail.requestConfig !== asked) return;
      settle();
      const status = event.detail.xhr?.status;
      tell(status === 503 || status === 429 ? "La recherche n’a pas abouti : trop de visites en ce moment." : sentence, again);
    });
  }
  again.addEventListener("click", () => {
    const path = asked.path + (asked.path.includes("?") || !asked.parameters ? "" : "?" + new URLSearchParams(asked.formData || asked.parameters));
    // The button goes, and would take the focus with it.
    (dialog.open ? showing : document.getElementById("resultats"))?.focus();
    settle();
    htmx.ajax("GET", path, { target: asked.target, swap: "outerHTML", select: asked.elt?.getAttribute("hx-select") });
  });

  // -- a swap: title, announcement, focus -------------------------------------------------------------
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSwap", (event) => {
    settle();
    const region = document.getElementById("recherche");
    if (!region) return;
    if (dialog.open && event.detail.target?.id === "recherche") intoDialog(region);
    prepare(region);
    putBack();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = document.getElementById("recherche");
    if (!region || event.detail.elt?.id !== "recherche") return;
    document.title = region.dataset.titre;
    say(region.dataset.annonce);
  });

  // -- a long list of values, narrowed by what is typed -----------------------------------------------
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  function narrowList(input) {
    input.closest("p").hidden = false;
    const values = [...document.getElementById(input.dataset.restreint).querySelectorAll("label:has(input[type=checkbox])")];
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    input.addEventListener("input", () => {
      const typed = fold(input.value.trim());
      for (const value of values) value.hidden = !fold(value.textContent).includes(typed);
      const left = values.filter((value) => !value.hidden).length;
      say(typed && (left ? `${left} ${left > 1 ? "valeurs" : "valeur"} dans la liste.` : "Aucune valeur dans la liste."));
    });
  }

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
    // Chosen when the button is let go, so that one may still turn away; pressing keeps the list open.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("li");
      if (option) location.assign(option.dataset.url);
    });
  }

  // -- from a sheet back to the results it was found in, and on to the next one ------------------------
  const KEPT = "resultats";
  function keepResults(region) {
    const links = [...region.querySelectorAll(".cartes h3 a")];
    const sheets = links.map((link) => [link.pathname, link.textContent.trim()]);
    // Who comes back from a sheet goes on from its card.
    const left = links.find((link) => location.hash === `#${link.pathname}`);
    if (left) { left.scrollIntoView({ block: "center" }); left.focus({ preventScroll: true }); }
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ url: location.pathname + location.search, back: region.dataset.retour, sheets }));
    } catch { /* A browser that keeps nothing still has its own way back. */ }
  }
  function offerWayBack(trail) {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { return; }
    const place = kept ? kept.sheets.findIndex(([path]) => path === location.pathname) : -1;
    if (place < 0) return;
    const list = document.createElement("ul");
    const add = (url, text, title) => {
      const link = Object.assign(document.createElement("a"), { href: url, textContent: text });
      if (title) link.append(Object.assign(document.createElement("span"), { className: "lu", textContent: ` : ${title}` }));
      list.append(document.createElement("li"));
      list.lastChild.append(link);
    };
    add(`${kept.url}#${location.pathname}`, kept.back);
    const [before, after] = [kept.sheets[place - 1], kept.sheets[place + 1]];
    if (before) add(before[0], "Résultat précédent", before[1]);
    if (after) add(after[0], "Résultat suivant", after[1]);
    const nav = Object.assign(document.createElement("nav"), { className: "retour" });
    nav.setAttribute("aria-label", "Vos résultats");
    nav.append(list);
    trail.before(nav);
  }

  // -- copy and print -------------------------------------------------------------------------------
  function prepare(scope) {
    once(scope, "[data-suggestions]", suggest);
    once(scope, "[data-restreint]", narrowList);
    once(scope, ".ariane", offerWayBack);
    once(scope, ".resultats", (results) => keepResults(results.closest("#recherche")));
    once(scope, "#ouvrir-filtres", (button) => { button.hidden = false; button.addEventListener("click", openFilters); });
    once(scope, "[data-imprimer]", (button) => { button.hidden = false; button.addEventListener("click", () => print()); });
    if (!navigator.clipboard) return;
    once(scope, "[data-copie]", (button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const copied = document.getElementById(button.dataset.copie);
        try {
          await navigator.clipboard.writeText(copied.value || copied.textContent);
          tell(button.dataset.dit);
        } catch { tell("La copie n’a pas abouti : sélectionnez le texte et copiez-le."); }
        clearTimeout(telling);
        telling = setTimeout(() => state.replaceChildren(), 5000);
      });
    });
  }
  const ready = new WeakSet();
  function once(scope, selector, work) {
    for (const element of scope.querySelectorAll(selector)) {
      if (!ready.has(element)) work(element);
      ready.add(element);
    }
  }
  prepare(document);
})();
