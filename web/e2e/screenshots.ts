/**
 * Pictures of every page, light and dark, wide and narrow, over fixture figures.
 *
 *   npx next build web && node --import tsx web/e2e/screenshots.ts <folder> [path…]
 */
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import type {Page} from 'playwright-core';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {launchBrowser} from './browser.ts';
import {startFixture} from './fixture-server.ts';
import {injectWallet} from './injected-wallet.ts';
import {startWeb} from './start-web.ts';

const [folder, ...chosen] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name the folder that the pictures go to.\n');
  process.exit(2);
}
const pages = chosen.length > 0 ? chosen : ['/', '/epochs', '/epochs/42', '/epochs/38', '/epochs/43', '/verify', '/portfolio', '/epochs/9999'];
mkdirSync(folder, {recursive: true});

const privateKey = generatePrivateKey();
const fixture = await startFixture(privateKeyToAccount(privateKey).address);
const web = await startWeb({POBS_GRAPHQL_URL: fixture.graphqlUrl, POBS_ENGINE_URL: fixture.url});

/** What a reader does on a page before it is worth a picture. */
async function act(page: Page, target: string): Promise<void> {
  if (target === '/verify') {
    await page.getByTestId('proof').fill(fixture.proofJson);
    await page.locator('[data-testid="outcome"]').waitFor();
  }
  if (target === '/portfolio') {
    await page.getByRole('button', {name: 'Test wallet'}).click();
    await page.getByRole('button', {name: /Prove it/}).first().click();
    await page.getByTestId('inclusion').first().waitFor();
  }
}

const browser = await launchBrowser();
try {
  for (const [name, width, colorScheme] of [['light', 1280, 'light'], ['dark', 1280, 'dark'], ['narrow', 390, 'light']] as const) {
    const context = await browser.newContext({viewport: {width, height: 900}, colorScheme});
    const page = await context.newPage();
    await injectWallet(page, {privateKey, chainId: 1});
    page.on('pageerror', (error) => process.stderr.write(`${page.url()}: ${error.message}\n`));
    page.on('console', (message) => message.type() === 'error' && process.stderr.write(`${page.url()}: ${message.text()}\n`));
    for (const target of pages) {
      await page.goto(web.url + target, {waitUntil: 'load'});
      await act(page, target);
      await page.screenshot({path: path.join(folder, `${name}${target.replaceAll('/', '-')}.png`), fullPage: true});
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) process.stderr.write(`${target} at ${width} px is ${overflow} px too wide\n`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await web.stop();
  fixture.close();
}
