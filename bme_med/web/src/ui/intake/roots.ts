/** What a user gave: folders and files, with their names as the command line would name them below INPUT. */

import type { Dropped } from "../../protocol"

/** `path` is below the folder that was given, with "/" between parts, and empty for a file by itself. */
export interface Found { readonly path: string; readonly file: File }

/** One folder or file. */
export interface Root {
  readonly name: string
  readonly isFolder: boolean
  readonly handle: FileSystemHandle | null
  readonly files: readonly Found[]
}

/** A sentence for the user. */
export class IntakeError extends Error {}

/** Both ways to the files have to be asked for while the drop event lasts, before anything is awaited.
 *
 * Entries list every file; handles, which leave some names out, tell where the folder is, so that nothing is written into it.
 */
export async function fromDrop(transfer: DataTransfer): Promise<readonly Root[]> {
  const items = [...transfer.items].filter(item => item.kind === "file")
  const asked = items.map(item => ({
    entry: item.webkitGetAsEntry(),
    handle: item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null),
  }))
  const roots = await Promise.all(asked.map(async ({ entry, handle }) => {
    return entry ? fromBoth(entry, await handle) : null
  }))
  return roots.filter(root => root !== null)
}

/** In a page that was opened as a file, entries exist and cannot be read: there, handles are. */
async function fromBoth(entry: FileSystemEntry, handle: FileSystemHandle | null): Promise<Root> {
  try {
    return { ...await fromEntry(entry), handle }
  } catch (error) {
    if (handle) return fromHandle(handle)
    throw error
  }
}

export async function fromHandle(handle: FileSystemHandle): Promise<Root> {
  if (isFileHandle(handle)) {
    return { name: handle.name, isFolder: false, handle, files: [{ path: "", file: await handle.getFile() }] }
  }
  const files: Found[] = []
  await walkHandle(handle as FileSystemDirectoryHandle, "", files)
  return { name: handle.name, isFolder: true, handle, files }
}

async function walkHandle(folder: FileSystemDirectoryHandle, below: string, files: Found[]): Promise<void> {
  try {
    for await (const child of folder.values()) {
      const path = below + child.name
      if (isFileHandle(child)) files.push({ path, file: await child.getFile() })
      else await walkHandle(child as FileSystemDirectoryHandle, `${path}/`, files)
    }
  } catch (error) {
    throw unreadable(error)
  }
}

function isFileHandle(handle: FileSystemHandle): handle is FileSystemFileHandle {
  return handle.kind === "file"
}

async function fromEntry(entry: FileSystemEntry): Promise<Root> {
  const files: Found[] = []
  await walkEntry(entry, entry.isDirectory ? null : "", files)
  return { name: entry.name, isFolder: entry.isDirectory, handle: null, files }
}

/** `path` is that of `entry` below the root, null for the root itself. */
async function walkEntry(entry: FileSystemEntry, path: string | null, files: Found[]): Promise<void> {
  try {
    if (entry.isFile) {
      files.push({ path: path ?? "", file: await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail)) })
      return
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader()
    const prefix = path === null ? "" : `${path}/`
    for (let batch = await readBatch(reader); batch.length; batch = await readBatch(reader)) {
      await Promise.all(batch.map(child => walkEntry(child, prefix + child.name, files)))
    }
  } catch (error) {
    throw unreadable(error)
  }
}

/** A browser gives at most a hundred at a time. */
function readBatch(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((give, fail) => reader.readEntries(give, fail))
}

function unreadable(error: unknown): IntakeError {
  if (error instanceof IntakeError) return error
  return new IntakeError("A file or folder in there cannot be read, so nothing was taken: check its rights, and try again.")
}

/** Of `<input type=file>`, with or without `webkitdirectory`. */
export function fromInput(list: FileList): readonly Root[] {
  const folders = new Map<string, Found[]>()
  const roots: Root[] = []
  for (const file of list) {
    const [top = "", ...below] = file.webkitRelativePath.split("/")
    if (below.length) push(folders, top, { path: below.join("/"), file })
    else roots.push({ name: file.name, isFolder: false, handle: null, files: [{ path: "", file }] })
  }
  for (const [name, files] of folders) roots.push({ name, isFolder: true, handle: null, files })
  return roots
}

function push(folders: Map<string, Found[]>, name: string, found: Found): void {
  const known = folders.get(name)
  if (known) known.push(found)
  else folders.set(name, [found])
}

/** All files by name: below the one folder, or below what would hold all of them.
 *
 * @throws IntakeError if two would have the same name.
 */
export function nameAll(roots: readonly Root[]): readonly Dropped[] {
  const only = roots.length === 1 && roots[0]?.isFolder
  const named = roots.flatMap(root => root.files.map(({ path, file }) => {
    const parts = only ? [path] : [root.name, path]
    return { name: parts.filter(part => part !== "").join("/"), file }
  }))
  if (new Set(named.map(one => one.name)).size < named.length) {
    throw new IntakeError("Two things of the same name were given: put them into one folder under different names, or do one after the other.")
  }
  return named.sort((one, other) => one.name < other.name ? -1 : 1)
}
