import assert from "node:assert/strict"
import { test } from "node:test"
import { History } from "../../../bme_med/web/src/ui/boxes/history"

test("undo and redo lead back and forth through every step", () => {
  const all = History.of("a").with("b").with("c")
  assert.equal(all.undone().now, "b")
  assert.equal(all.undone().undone().now, "a")
  assert.equal(all.undone().undone().redone().redone().now, "c")
})

test("at either end nothing happens", () => {
  const one = History.of("a")
  assert.equal(one.undone(), one)
  assert.equal(one.redone(), one)
  assert.ok(!one.canUndo && !one.canRedo)
})

test("a new step forgets what was taken back, and no step is none", () => {
  const changed = History.of("a").with("b").undone().with("c")
  assert.ok(!changed.canRedo)
  assert.equal(changed.with("c"), changed)
  assert.equal(changed.undone().now, "a")
})
