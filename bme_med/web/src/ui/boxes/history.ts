/** What was, what is, and what was taken back: values that are never changed in place. */
export class History<T> {
  private constructor(readonly now: T, private readonly past: readonly T[], private readonly future: readonly T[]) {}

  static of<T>(value: T): History<T> {
    return new History(value, [], [])
  }

  /** With `value` as what is; what was taken back is forgotten. */
  with(value: T): History<T> {
    return value === this.now ? this : new History(value, [...this.past, this.now], [])
  }

  undone(): History<T> {
    const last = this.past.at(-1)
    return last === undefined ? this : new History(last, this.past.slice(0, -1), [this.now, ...this.future])
  }

  redone(): History<T> {
    const [next, ...rest] = this.future
    return next === undefined ? this : new History(next, [...this.past, this.now], rest)
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }
}
