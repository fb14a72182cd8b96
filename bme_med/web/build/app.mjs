// The Python of the page: our package, and what it needs of others, as one archive of compiled modules.
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { loadPyodide } from "pyodide"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "..", "..", "..")

/** Rooms and files of ours that no page needs. */
const NOT_OURS = /^bme_med\/(cli|selftest|verify|profiles|web\/(?!\w+\.py$)|pixels\/detect\/weights|.*__pycache__)/
/** Parts of others that reading a dataset needs not; `examples` would look for files when pydicom is imported. */
const NOT_THEIRS = /^pydicom\/(examples\/(?!__init__)|sr\/|cli\/|data\/(test_files|charset_files|palettes|urls|hashes)|.*__pycache__)|^(jinja2|markupsafe)\/(.*__pycache__|.*\.(c|so|pyi)$)|\.pyi$|\.typed$/
/** Of what a package says about itself, pydicom asks for its version, and licences go along. */
const NOT_ABOUT = /\/(?!METADATA$|licenses\/|LICENSE)[^/]*$/
const EMPTIED = /^pydicom\/examples\/__init__\.py$/

/** Where a Python has the packages that are packed along, and what says their versions and licences. */
export function packages() {
  const own = join(root, ".venv", "bin", "python")
  const python = process.env.BME_MED_PYTHON ?? (existsSync(own) ? own : "python3")
  const asked = "import json, importlib.metadata as m, pydicom, jinja2, markupsafe; print(json.dumps({p.__name__: [p.__path__[0], str(m.distribution(p.__name__)._path)] for p in (pydicom, jinja2, markupsafe)}))"
  return JSON.parse(execFileSync(python, ["-c", asked], { encoding: "utf8" }))
}

/** All files below `folder` under the name `name`. */
function* walk(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") yield* walk(join(folder, entry.name), `${name}/${entry.name}`)
    } else yield [`${name}/${entry.name}`, join(folder, entry.name)]
  }
}

/** The archive, the same bytes each time. */
export async function packApp() {
  const pyodide = await loadPyodide({ env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" } })
  const listed = []
  const list = (mount, folder, name, isLeft) => {
    pyodide.mountNodeFS(mount, folder)
    for (const [file, path] of walk(folder, name)) {
      if (!isLeft.test(file)) listed.push([file, mount + path.slice(folder.length), EMPTIED.test(file)])
    }
  }
  list("/bme_med", join(root, "bme_med"), "bme_med", NOT_OURS)
  list("/profiles", join(root, "profiles"), "bme_med/profiles", /\.(py|local\.toml)$|__pycache__/)
  for (const [name, [folder, about]] of Object.entries(packages())) {
    list(`/${name}`, folder, name, NOT_THEIRS)
    list(`/${name}-about`, about, basename(about), NOT_ABOUT)
  }
  pyodide.FS.writeFile("/listed.json", JSON.stringify(listed))
  pyodide.runPython(await readFile(join(here, "pack.py"), "utf8"))
  return pyodide.FS.readFile("/app.zip")
}
