/**
 * Repairs package-lock.json after a change of dependencies: adds the optional platform packages that an incomplete
 * registry mirror left out, so that `npm ci` accepts the lockfile everywhere. They carry no integrity hash; a full
 * registry fills them in.
 */
import {readFileSync, writeFileSync} from 'node:fs';

const lockfile = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockfile, 'utf8'));
const {packages} = lock;

/** Node's own resolution: is `name` found from the folder of `from`? */
function resolves(from, name) {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (!folder || folder === folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      return folder !== '' && packages[`node_modules/${name}`] !== undefined;
    }
  }
}

function platformOf(name) {
  const os = /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|aix)/.exec(name)?.[1] ?? 'none';
  const cpu = /(arm64|x64|ia32|arm|ppc64|riscv64|s390x|loong64|mips64el|wasm32)/.exec(name)?.[1] ?? 'none';
  return {os: [os], cpu: [cpu], ...(name.includes('musl') && {libc: ['musl']})};
}

let added = 0;
for (const [folder, entry] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolves(folder, name)) continue;
    const version = range.replace(/^(npm:[^@]+@)?[\^~]?/, '');
    packages[`node_modules/${name}`] = {version, optional: true, ...(entry.dev && {dev: true}), ...platformOf(name)};
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(lockfile, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} platform packages added to package-lock.json`);
