// Files of a question as Python opens them: read where they are, never copied as a whole (Emscripten's WORKERFS).
import { MEMORY, type Host } from "./python"

const FOLDER = "/in"
let isMounted = false

export const workerfs: Host = {
  indexURL: MEMORY,
  async attach(fs, files) {
    if (!fs.analyzePath(FOLDER).exists) fs.mkdir(FOLDER)
    const readable = await Promise.all(files.map(isReadable))
    const blobs = files.map((data, at) => ({ name: String(at), data })).filter((_, at) => readable[at])
    fs.mount(fs.filesystems.WORKERFS, { blobs }, FOLDER)
    isMounted = true
    return files.map((_, at) => `${FOLDER}/${at}`)
  },
  detach(fs) {
    if (isMounted) fs.unmount(FOLDER)
    isMounted = false
  },
}

/** Whether a file is still as it was dropped: one that is not would end Python while it is read. */
async function isReadable(file: File): Promise<boolean> {
  return file.slice(0, 1).arrayBuffer().then(() => true, () => false)
}
