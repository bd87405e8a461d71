/** Light and dark by the system's choice, from 360 px up; colours contrast by 4.5:1 at least (WCAG 2.2 AA). */
export const stylesheet = `
:root { color-scheme: light dark; --ground: #f4f5f7; --sheet: #fff; --text: #1c2024; --soft: #555e68; --line: #8a939d;
  --accent: #a3142b; --on-accent: #fff; --error: #9b1c1c; --error-ground: #fdecec; --focus: #1d4ed8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --sheet: #1d2125; --text: #eceff1; --soft: #aeb7c0; --line: #77818b;
    --accent: #ff9aa8; --on-accent: #2a060c; --error: #ffb4b4; --error-ground: #3a1717; --focus: #93b4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: min(26rem, calc(100vw - 2rem)); margin: 1rem; padding: 1.5rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
.brand { margin: 0 0 1rem; font-weight: 700; color: var(--accent); }
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.25; }
.field { margin: 0 0 1rem; }
label, legend { display: block; font-weight: 600; }
.hint, .soft { margin: 0 0 .25rem; color: var(--soft); font-size: .9375rem; }
input:not([type=hidden]):not([type=radio]) { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid=true]:not([type=radio]) { border-color: var(--error); border-width: 2px; }
button { width: 100%; min-height: 2.75rem; margin: 0 0 .75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem; }
button.second { color: var(--text); background: transparent; border-color: var(--line); }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
fieldset label { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; font-weight: 400; }
fieldset input[type=radio] { width: 1.25rem; height: 1.25rem; accent-color: var(--accent); flex: none; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.error { margin: 0 0 1rem; padding: .75rem; color: var(--error); background: var(--error-ground); border-left: 4px solid var(--error); }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
`;
