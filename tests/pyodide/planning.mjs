// Runs planning.py in Pyodide, which sees these folders and nothing else: node planning.mjs FOLDER SITE_PACKAGES [boxed]
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

const pyodide = await loadPyodide({ env: { PYTHONDONTWRITEBYTECODE: "1" } });
pyodide.mountNodeFS("/app/bme_med", join(root, "bme_med"));
pyodide.mountNodeFS("/app/profiles", join(root, "profiles"));
pyodide.mountNodeFS("/app/tests", here);
pyodide.mountNodeFS("/app/input", process.argv[2]);
for (const name of readdirSync(process.argv[3])) {
  if (/^pydicom(-.*\.dist-info)?$/.test(name)) pyodide.mountNodeFS(`/app/${name}`, join(process.argv[3], name));
}
pyodide.runPython(`
import runpy, sys
sys.path.insert(0, "/app")
sys.argv = ["planning.py", "/app/input", *${JSON.stringify(process.argv.slice(4))}]
runpy.run_path("/app/tests/planning.py", run_name="__main__")
`);
