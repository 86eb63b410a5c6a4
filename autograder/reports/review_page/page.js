"use strict";
const keys = document.getElementById("keys");
keys.checked = localStorage.getItem("keys") !== "off";
keys.addEventListener("change", () => localStorage.setItem("keys", keys.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
    document.getElementById("decide")?.requestSubmit();
  } else if (key === "Escape") {
    target.blur();
  } else if (keys.checked && !event.ctrlKey && !event.metaKey && !event.altKey) {
    // What is typed into a field is meant for it.
    if (target.matches("textarea, input:not([type=checkbox])")) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("textarea, input:not([type=checkbox])")) wanted.focus();
    else wanted.click();
  }
});
