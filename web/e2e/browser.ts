/** A real browser without a system package: the Chromium that npm carries, or the one `POBS_CHROMIUM` names. */
import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {type Browser, chromium} from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const cache = path.join(root, '.build/chromium');
const UNPACK_TIMEOUT_MS = 120_000;

/** Own flags: the package's list switches web security off. No sandbox, because tests may run as root. */
const FLAGS = [
  '--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--font-render-hinting=none',
];

/**
 * Unpacks the npm Chromium once, in a child: it writes below TMPDIR and reads its environment at import.
 *
 * Unpacked beside the target and renamed, so that an interrupted or concurrent run leaves no half browser.
 */
async function unpack(): Promise<void> {
  if (existsSync(path.join(cache, 'chromium'))) return;
  mkdirSync(path.dirname(cache), {recursive: true});
  const fresh = mkdtempSync(`${cache}-`);
  const entry = pathToFileURL(path.join(root, 'node_modules/@sparticuz/chromium/build/esm/index.js')).href;
  const script = `const {default: chromium} = await import(${JSON.stringify(entry)}); await chromium.executablePath();`;
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: {...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x'},
      timeout: UNPACK_TIMEOUT_MS,
    });
    renameSync(fresh, cache);
  } catch (error) {
    rmSync(fresh, {recursive: true, force: true});
    if (!existsSync(path.join(cache, 'chromium'))) throw error;
  }
}

/** The package's own fonts.conf names folders of another system; without a single font every page crashes. */
function writeFontsConf(): void {
  const escaped = cache.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const lines = ['<?xml version="1.0"?>', '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">', '<fontconfig>',
    `<dir>${escaped}/fonts</dir>`, `<cachedir>${escaped}/fonts-cache</cachedir>`, '</fontconfig>', ''];
  writeFileSync(path.join(cache, 'fonts/fonts.conf'), lines.join('\n'));
}

/**
 * Starts a headless browser; the caller closes it.
 *
 * @throws When the browser cannot be unpacked or started.
 */
export async function launchBrowser(): Promise<Browser> {
  const system = process.env.POBS_CHROMIUM;
  if (system !== undefined) return chromium.launch({executablePath: system, args: FLAGS});
  await unpack();
  writeFontsConf();
  const libraries = path.join(cache, 'al2023/lib');
  return chromium.launch({
    executablePath: path.join(cache, 'chromium'),
    args: FLAGS,
    env: {
      ...process.env,
      FONTCONFIG_PATH: path.join(cache, 'fonts'),
      LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH === undefined ? libraries : `${libraries}:${process.env.LD_LIBRARY_PATH}`,
    },
  });
}
