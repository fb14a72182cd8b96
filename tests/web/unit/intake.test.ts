import assert from "node:assert/strict"
import { test } from "node:test"
import { readKey } from "../../../bme_med/web/src/ui/intake/key"
import { IntakeError, nameAll, type Root } from "../../../bme_med/web/src/ui/intake/roots"

const folder = (name: string, ...paths: string[]): Root =>
  ({ name, isFolder: true, handle: null, files: paths.map(path => ({ path, file: new File([], path) })) })
const single = (name: string): Root => ({ name, isFolder: false, handle: null, files: [{ path: "", file: new File([], name) }] })
const names = (...roots: Root[]): string[] => nameAll(roots).map(one => one.name)

test("names lie below the one folder, or below what would hold all", () => {
  assert.deepEqual(names(folder("scans", "a.dcm", "b/c.dcm")), ["a.dcm", "b/c.dcm"])
  assert.deepEqual(names(folder("scans", "a.dcm"), single("x.jpg")), ["scans/a.dcm", "x.jpg"])
  assert.deepEqual(names(single("x.jpg")), ["x.jpg"])
})

test("two things of one name are refused", () => {
  assert.throws(() => names(single("x.jpg"), single("x.jpg")), IntakeError)
})

test("a key file of the command line is read, and nothing else", async () => {
  const line = `bme-med-key-v1 ${Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64")}\n`
  assert.deepEqual([...await readKey(new File([line], "k"))], Array.from({ length: 32 }, (_, index) => index))
  for (const wrong of ["", "bme-med-key-v1", "bme-med-key-v1 AAAA", line.replace("v1", "v2"), `${line}x`, "bme-med-key-v1 %%%"]) {
    await assert.rejects(readKey(new File([wrong], "k")), /no key of bme-med/)
  }
})
