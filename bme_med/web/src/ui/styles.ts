/** Colours and controls that all screens share: constructable sheets, as the page's policy allows no others. */

import { css } from "lit"

/** For the document: what lies behind the screens, and the colours by name. */
export const page = css`
  :root {
    color-scheme: light dark;
    --page: #ffffff; --card: #f5f7fa; --text: #1a2129; --quiet: #51606f; --line: #d3dae2; --edge: #7b8794; --link: #0b5cad; --on-link: #ffffff;
    --good: #17693a; --bad: #b3261e; --warn: #8a5200; --skip: #66727f;
    --X: #b3261e; --Z: #9a4d08; --D: #1f5fa8; --K: #66727f; --C: #17705a; --U: #6a4bb0; --redact: #a81d66;
    --mono: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #12161b; --card: #1b2128; --text: #e7ecf2; --quiet: #a6b2bf; --line: #353f4a; --edge: #74818f; --link: #86bdf7; --on-link: #0c1116;
      --good: #6fd096; --bad: #ff938a; --warn: #f3ba62; --skip: #9aa7b4;
      --X: #f0837a; --Z: #eda25c; --D: #7fb2ef; --K: #9aa7b4; --C: #63cba6; --U: #b49bf0; --redact: #f084b8;
    }
  }
  html, body { height: 100%; margin: 0; background: var(--page); }
`

export const shared = css`
  * { box-sizing: border-box; }
  :host { color: var(--text); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  h2 { margin: 0 0 .75rem; font-size: 1.3rem; line-height: 1.25; }
  h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
  p { margin: .4rem 0; max-width: 48rem; }
  [hidden], :host([hidden]) { display: none !important; }
  .quiet { color: var(--quiet); }
  .small { font-size: .88rem; }
  .path, code { font: .86em/1.4 var(--mono); overflow-wrap: anywhere; }
  .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
  button, .button, select, input[type="number"], input[type="text"] {
    padding: .4rem .8rem; border: 1px solid var(--edge); border-radius: .3rem; background: var(--page); color: inherit; font: inherit;
  }
  button, .button { cursor: pointer; }
  button:hover:not(:disabled), .button:hover { border-color: var(--link); color: var(--link); }
  button.main { border-color: var(--link); background: var(--link); color: var(--on-link); font-weight: 600; }
  button.main:hover:not(:disabled) { color: var(--on-link); filter: brightness(1.1); }
  button:disabled, select:disabled { opacity: .5; cursor: default; }
  .row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
  .note { margin: 1rem 0; padding: .7rem 1rem; border-left: .35rem solid var(--line); background: var(--card); }
  .note p { margin: .15rem 0; }
  .note.good { border-color: var(--good); } .note.good strong { color: var(--good); }
  .note.bad { border-color: var(--bad); } .note.bad strong { color: var(--bad); }
  .note.warn { border-color: var(--warn); } .note.warn strong { color: var(--warn); }
  table { width: 100%; border-collapse: collapse; font-size: .93rem; }
  caption { padding-bottom: .35rem; color: var(--quiet); text-align: left; }
  th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
  thead th { border-bottom: 2px solid var(--line); color: var(--quiet); font-weight: 600; white-space: nowrap; }
  tbody th { font-weight: 400; }
  th.number { text-align: right; }
  progress { width: 100%; height: .8rem; accent-color: var(--link); }
  ul.plain { margin: .5rem 0; padding: 0; list-style: none; }
  .scroll { position: relative; overflow: auto; border: 1px solid var(--line); border-radius: .3rem; }
  .scroll .space { position: relative; }
  .scroll .line { position: absolute; right: 0; left: 0; top: 0; }
  details > summary { cursor: pointer; }
`
