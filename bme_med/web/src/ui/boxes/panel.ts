/** What the boxes of this picture are for, and their numbers. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import { count, tell } from "../events"
import { shared } from "../styles"
import { isSamePlace, type Place, type Placed } from "./document"
import { numbersOf, regionOf, type Numbers, type Size } from "./geometry"

/** What a box is drawn for. */
export type Scope = "frame" | "file" | "series"

export class BmePanel extends LitElement {
  static override properties = {
    boxes: { attribute: false }, selected: { attribute: false }, scope: {}, size: { attribute: false },
    frames: { type: Number }, frame: { type: Number }, hasSeries: { type: Boolean }, unseen: { type: Number },
  }

  declare boxes: readonly Placed[]
  declare selected: Place | null
  declare scope: Scope
  declare size: Size
  declare frames: number
  declare frame: number
  declare hasSeries: boolean
  declare unseen: number

  static override styles = [shared, css`
    :host { display: block; overflow: auto; min-height: 0; }
    fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
    legend { padding: 0; font-weight: 600; }
    label.scope { display: flex; gap: .5rem; align-items: center; padding: .15rem 0; }
    ol { margin: .5rem 0; padding: 0; list-style: none; }
    li { padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .3rem; margin-bottom: .5rem; }
    li.chosen { border-color: var(--link); background: var(--card); }
    li > div:first-child { display: flex; justify-content: space-between; align-items: center; gap: .5rem; }
    .numbers { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .3rem .6rem; margin-top: .4rem; }
    .numbers label { display: grid; grid-template-columns: 3.2rem minmax(0, 1fr); align-items: center; font-size: .85rem; }
    input[type="number"] { width: 100%; padding: .15rem .3rem; }
    li button { padding: .1rem .5rem; font-size: .85rem; }
  `]

  override render(): TemplateResult {
    return html`
      ${this.frames > 1 || this.hasSeries ? this.scopes() : nothing}
      <strong id="list">${this.boxes.length ? count(this.boxes.length, "box", "boxes") + (this.frames > 1 ? " on this frame" : "") : "No box yet"}</strong>
      ${this.boxes.length ? nothing : html`<p class="quiet small">Draw one with the pointer, or press N on the picture.</p>`}
      <ol aria-labelledby="list">${this.boxes.map((one, index) => this.item(one, index))}</ol>
      ${this.unseen ? html`<p class="quiet small">${count(this.unseen, "further rule")} of the boxes file ${this.unseen === 1 ? "is" : "are"} for files by pattern or by device.
        They are kept and hold, and are not shown on the picture.</p>` : nothing}`
  }

  private scopes(): TemplateResult {
    return html`<fieldset>
      <legend>${this.selected ? "The chosen box is for" : "New boxes are for"}</legend>
      ${this.frames > 1 ? this.radio("frame", `this frame (${this.frame} of ${this.frames})`) : nothing}
      ${this.radio("file", this.frames > 1 ? "all frames of this file" : "this file")}
      ${this.hasSeries ? this.radio("series", "all files and frames of the series") : nothing}
    </fieldset>`
  }

  private radio(scope: Scope, words: string): TemplateResult {
    return html`<label class="scope"><input type="radio" name="scope" value=${scope} .checked=${scope === this.scope}
      @change=${() => tell(this, "scope", scope)}>${words}</label>`
  }

  private item(one: Placed, index: number): TemplateResult {
    const isChosen = isSamePlace(one.place, this.selected)
    return html`<li class=${isChosen ? "chosen" : ""} @focusin=${() => tell(this, "pick", one.place)}>
      <div><span>Box ${index + 1}, ${this.words(one)}</span><button @click=${() => tell(this, "remove", one.place)} aria-label=${`Delete box ${index + 1}`}>Delete</button></div>
      <div class="numbers">
        ${this.number(one, "x", "left", index)}${this.number(one, "w", "width", index)}
        ${this.number(one, "y", "top", index)}${this.number(one, "h", "height", index)}
      </div>
    </li>`
  }

  private words(one: Placed): string {
    if (one.target.kind === "series") return "whole series"
    if (one.box.frames === undefined || one.box.frames === "all") return this.frames > 1 ? "all frames" : "this file"
    return /^\d+$/.test(String(one.box.frames)) ? `frame ${one.box.frames}` : `frames ${one.box.frames}`
  }

  private number(one: Placed, key: keyof Numbers, words: string, index: number): TemplateResult {
    const numbers = numbersOf(one.region)
    return html`<label>${words}<input type="number" step="1" min=${key === "x" || key === "y" ? 0 : 1} .value=${String(numbers[key])}
      aria-label=${`Box ${index + 1}, ${words}`} @change=${(event: Event) => this.typed(one, key, event)}></label>`
  }

  private typed(one: Placed, key: keyof Numbers, event: Event): void {
    const input = event.currentTarget as HTMLInputElement
    const numbers = { ...numbersOf(one.region), [key]: Math.round(Number(input.value)) }
    const region = regionOf(numbers, this.size)
    const isSound = input.value !== "" && input.checkValidity() && region.width > 0 && region.height > 0
    if (isSound) tell(this, "drawn", { placed: one, region })
    else input.value = String(numbersOf(one.region)[key])
  }
}

customElements.define("bme-panel", BmePanel)
