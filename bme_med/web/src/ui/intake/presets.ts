/** Which preset, and whose key. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import type { ProfileInfo } from "../../protocol"
import { sentenceOf, tell } from "../events"
import { shared } from "../styles"
import { readKey } from "./key"

export class BmePresets extends LitElement {
  static override properties = {
    profiles: { attribute: false }, profile: {}, keyName: {}, problem: { state: true },
  }

  declare profiles: readonly ProfileInfo[]
  declare profile: string
  declare keyName: string
  declare problem: string

  static override styles = [shared, css`
    :host { display: block; }
    fieldset { margin: 0; padding: 0; border: 0; }
    legend { padding: 0; font-weight: 600; font-size: 1.05rem; }
    label.preset { display: grid; grid-template-columns: auto 1fr; gap: .1rem .6rem; margin: .5rem 0; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .3rem; cursor: pointer; }
    label.preset:has(input:checked) { border-color: var(--link); background: var(--card); }
    .preset span { grid-column: 2; }
    .preset strong { grid-column: 2; line-height: 1.35; }
    .preset input { grid-row: 1; margin-top: .3rem; }
    .key { margin-top: 1.25rem; }
  `]

  constructor() {
    super()
    this.problem = ""
  }

  override render(): TemplateResult {
    return html`
      <fieldset>
        <legend>Preset</legend>
        ${this.profiles.map(one => this.preset(one))}
      </fieldset>
      <div class="key">
        <strong id="key-label">Key (optional)</strong>
        <p class="quiet small">${this.keyName
          ? html`New names are made with the key <span class="path">${this.keyName}</span>: the same key gives the same names again. Keep it apart from the output.`
          : "Without a key file, a random key is used and forgotten: nothing is left to derive the new names from."}</p>
        <div class="row">
          <button @click=${() => this.input.click()} aria-describedby="key-label">Choose a key file</button>
          ${this.keyName ? html`<button @click=${() => this.give(null, "")}>Use no key file</button>` : nothing}
        </div>
        <input id="key" type="file" hidden aria-label="Key file" @change=${this.picked}>
        ${this.problem ? html`<p role="alert" class="small">${this.problem}</p>` : nothing}
      </div>`
  }

  private preset(one: ProfileInfo): TemplateResult {
    return html`<label class="preset">
      <input type="radio" name="preset" value=${one.name} .checked=${one.name === this.profile} @change=${() => tell(this, "preset", one.name)}>
      <strong>${one.title}</strong>
      <span class="quiet small">${one.summary}</span>
      <span class="path quiet">${one.name}</span>
    </label>`
  }

  private readonly picked = async (): Promise<void> => {
    const [file] = this.input.files ?? []
    if (!file) return
    try {
      this.give(await readKey(file), file.name)
    } catch (error) {
      this.problem = sentenceOf(error)
    }
    this.input.value = ""
  }

  private give(key: Uint8Array | null, name: string): void {
    this.problem = ""
    tell(this, "key", { key, name })
  }

  private get input(): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>("#key")!
  }
}

customElements.define("bme-presets", BmePresets)
