/** The folder for the output: new, beside the input or elsewhere, never in it. */

const NAME = "deidentified"

/** A sentence for the user. */
export class PlaceError extends Error {}

/** A new folder below `parent`, and its name, which no other thing there has.
 *
 * @throws PlaceError if `parent` is one of the `inputs` or lies in one.
 */
export async function newFolder(
  parent: FileSystemDirectoryHandle, inputs: readonly FileSystemHandle[],
): Promise<FileSystemDirectoryHandle> {
  for (const input of inputs) {
    if (input.kind === "directory" && await holds(input as FileSystemDirectoryHandle, parent)) {
      throw new PlaceError("The folder that you chose is the input, or lies in it. Choose another: clean files never go among the originals.")
    }
  }
  const taken = new Set<string>()
  for await (const name of parent.keys()) taken.add(name.toLowerCase())
  let name = NAME
  for (let number = 2; isTaken(taken, name); number += 1) name = `${NAME}-${number}`
  return parent.getDirectoryHandle(name, { create: true })
}

async function holds(input: FileSystemDirectoryHandle, folder: FileSystemDirectoryHandle): Promise<boolean> {
  return await input.isSameEntry(folder) || await input.resolve(folder) !== null
}

/** The audit and the report of a run lie beside its folder, and bear its name. */
function isTaken(taken: ReadonlySet<string>, name: string): boolean {
  return [...taken].some(one => one === name || one.startsWith(`${name}.`))
}
