/** Long lists: only the rows that can be seen are in the page, each of the same height. */

import type { ReactiveController, ReactiveControllerHost } from "lit"

const BEYOND = 6
const UNMEASURED = 600

/** Says which rows to render, and moves one of them along with the keyboard.
 *
 * The host renders an element of class `scroll` with `@scroll` and `@keydown` given to this, and in it rows with the
 * attribute `data-row`, of which the active one alone has tabindex 0.
 */
export class Rows implements ReactiveController {
  active = 0
  count = 0
  private top = 0
  private seen = UNMEASURED
  private wantsFocus = false

  constructor(
    private readonly host: ReactiveControllerHost & Element, readonly height: number, private readonly onActive: (row: number) => void,
    private readonly within = ".scroll",
  ) {
    host.addController(this)
  }

  /** The rows to render: the first, and the one behind the last; the active one is there too. */
  get shown(): readonly number[] {
    const first = Math.max(0, Math.floor(this.top / this.height) - BEYOND)
    const end = Math.min(this.count, Math.ceil((this.top + this.seen) / this.height) + BEYOND)
    const rows = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
    if (this.active < this.count && (this.active < first || this.active >= end)) rows.push(this.active)
    return rows
  }

  get space(): string {
    return `${this.count * this.height}px`
  }

  place(row: number): string {
    return `translateY(${row * this.height}px)`
  }

  /** With another list: at its top again. */
  restart(): void {
    this.active = 0
    this.top = 0
    const box = this.box
    if (box) box.scrollTop = 0
  }

  readonly scrolled = (event: Event): void => {
    this.top = (event.currentTarget as Element).scrollTop
    this.host.requestUpdate()
  }

  readonly pressed = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(this.seen / this.height) - 1)
    const steps: Record<string, number> = {
      ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.count, End: this.count,
    }
    const step = steps[event.key]
    if (step === undefined || !this.count) return
    event.preventDefault()
    this.choose(Math.min(Math.max(this.active + step, 0), this.count - 1))
  }

  /** Makes `row` the active one, in sight and focused. */
  choose(row: number): void {
    this.active = row
    this.wantsFocus = true
    this.reveal()
    this.onActive(row)
    this.host.requestUpdate()
  }

  hostUpdated(): void {
    const box = this.box
    if (!box) return
    if (box.clientHeight && box.clientHeight !== this.seen) {
      this.seen = box.clientHeight
      this.host.requestUpdate()
    }
    if (this.wantsFocus) {
      this.wantsFocus = false
      box.querySelector<HTMLElement>(`[data-row="${this.active}"]`)?.focus({ preventScroll: true })
    }
  }

  private get box(): HTMLElement | null {
    return this.host.shadowRoot?.querySelector<HTMLElement>(this.within) ?? null
  }

  private reveal(): void {
    const box = this.box
    if (!box) return
    const above = this.active * this.height
    if (above < box.scrollTop) box.scrollTop = above
    else if (above + this.height > box.scrollTop + box.clientHeight) box.scrollTop = above + this.height - box.clientHeight
    this.top = box.scrollTop
  }
}
