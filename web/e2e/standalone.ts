/**
 * The web app alone, in a real browser, over fixture figures.
 *
 *   npx next build web && node --import tsx web/e2e/standalone.ts     one JSON line {check, ok, detail?} per check
 */
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {launchBrowser} from './browser.ts';
import {type Check, checkWeb} from './check-web.ts';
import {EPOCH_MANAGER} from './fixture-proof.ts';
import {type Fixture, startFixture} from './fixture-server.ts';
import {freePort, startWeb} from './start-web.ts';

/** Without the engine no figure is shown, and the verifier works all the same. */
async function checkEngineDown({proofJson, rpcUrl}: Fixture): Promise<Check> {
  const check = 'web: with the engine down the pages say so, and a proof can still be verified';
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const lonely = await startWeb({POBS_GRAPHQL_URL: `${nowhere}/graphql`, POBS_ENGINE_URL: nowhere});
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(lonely.url);
    await page.getByRole('alert').getByText('The engine cannot be reached.').waitFor();
    await page.getByRole('link', {name: 'Check a proof without the engine'}).click();
    await page.getByTestId('rpc').fill(rpcUrl);
    await page.getByTestId('epoch-manager').fill(EPOCH_MANAGER);
    await page.getByTestId('proof').fill(proofJson);
    await page.locator('[data-testid="outcome"][data-outcome="good"]').waitFor();
    return {check, ok: true};
  } catch (error) {
    return {check, ok: false, detail: (error as Error).message};
  } finally {
    await browser.close();
    await lonely.stop();
  }
}

/** What halts trading stands above every page, and nothing does while nothing is wrong. */
async function checkHalt(fixture: Fixture, webUrl: string): Promise<Check> {
  const check = 'web: a root older than a day is told above every page';
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${webUrl}/epochs`);
    await page.getByRole('heading', {name: 'Epochs'}).waitFor();
    const quiet = (await page.locator('[data-halt]').count()) === 0;
    fixture.halt();
    await page.reload();
    const notice = await page.locator('[data-halt="ROOT_TOO_OLD"]').innerText();
    return {check, ok: quiet && notice.startsWith('Trading is halted. The balance sheet that is active on L1 (epoch 42'), detail: notice};
  } catch (error) {
    return {check, ok: false, detail: (error as Error).message};
  } finally {
    await browser.close();
  }
}

const privateKey = generatePrivateKey();
const fixture = await startFixture(privateKeyToAccount(privateKey).address);
const web = await startWeb({POBS_GRAPHQL_URL: fixture.graphqlUrl, POBS_ENGINE_URL: fixture.url});
try {
  const checks = await checkWeb({webUrl: web.url, proofJson: fixture.proofJson, privateKey});
  checks.push(await checkEngineDown(fixture));
  checks.push(await checkHalt(fixture, web.url));
  for (const check of checks) process.stdout.write(`${JSON.stringify(check)}\n`);
  if (checks.some(({ok}) => !ok)) process.exitCode = 1;
} finally {
  await web.stop();
  fixture.close();
}
