/** The command line of deployments: prints, carries out and reads back the plan of a settings file. `npm run deploy:contracts -- --help`. */
import {readFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {getAddress, type Hex, isHex} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {Chain, type Finding} from './chain.ts';
import {execute, obstacles} from './execute.ts';
import {NETWORKS} from './networks.ts';
import {planSystem, type SystemPlan} from './plan.ts';
import {readBack} from './read-back.ts';
import {readSettings} from './read-settings.ts';
import {DEPLOYMENTS, RecordFile} from './record.ts';
import {days} from './settings.ts';
import type {ChainPlan} from './steps.ts';

const HELP = `Deploys Proof-of-Balance-Sheet to real chains, and reads deployments back.

  npm run deploy:contracts -- plan      --settings FILE                           prints every address, step, role and delay; asks no chain
  npm run deploy:contracts -- deploy    --settings FILE --rpc ID=URL … --dry-run  also checks the chains: precompiles, ArbSys, what is done already; needs no key
  npm run deploy:contracts -- deploy    --settings FILE --rpc ID=URL … --key-file FILE
  npm run deploy:contracts -- read-back --settings FILE --rpc ID=URL …            compares chain and plan; exits 1 on any difference

Options
  --settings FILE       what to deploy; contracts/deployments/settings.example.json shows every name
  --rpc ID=URL          node of a chain, once per chain; chains without one are left out (read-back, deploy)
  --key-file FILE       private key of the deployer, 0x and 64 hex digits; the deployer keeps no role at the end
  --records FOLDER      where <chainId>.json is written and read (default contracts/deployments)
  --dry-run             sends nothing

A deployment that was broken off goes on with the same command. Networks: ${NETWORKS.map(({name}) => name).join(', ')}.
`;

type Options = {settings: string; rpc: ReadonlyMap<number, string>; keyFile?: string; records: string; isDryRun: boolean};

const print = (text: string) => process.stdout.write(`${text}\n`);

function parseOptions(args: string[]): {command: string; options: Options} {
  const {values, positionals} = parseArgs({
    args, allowPositionals: true,
    options: {settings: {type: 'string'}, rpc: {type: 'string', multiple: true}, 'key-file': {type: 'string'}, records: {type: 'string'}, 'dry-run': {type: 'boolean'}},
  });
  if (positionals.length !== 1) throw new Error('Say what to do: plan, deploy or read-back (--help explains).');
  if (values.settings === undefined) throw new Error('--settings is missing.');
  const rpc = new Map((values.rpc ?? []).map((entry) => {
    const match = /^(\d+)=(https?:\/\/.+)$/.exec(entry);
    if (match === null) throw new Error(`--rpc ${entry} is not of the form 1=https://….`);
    return [Number(match[1]), match[2]!] as const;
  }));
  return {command: positionals[0]!, options: {settings: values.settings, rpc, keyFile: values['key-file'], records: values.records ?? DEPLOYMENTS, isDryRun: values['dry-run'] === true}};
}

function printPlan({settings, salt, rulesHash, chains}: SystemPlan): void {
  print(`Deployment "${settings.label}", EIP-712 salt ${salt}, rules ${rulesHash}`);
  const {admin} = settings;
  print(typeof admin === 'string' ? `Admin ${admin}, without delay` : `Admin: a timelock per chain, delay ${days(admin.delaySeconds)}, proposed by ${admin.proposers.join(', ')}`);
  print(`Delays: dispute ${settings.disputeSeconds} s, upgrade ${days(settings.upgradeDelaySeconds)}, unbonding ${days(settings.unbondingSeconds)}, dissent veto ${days(settings.vetoSeconds)}, term ${days(settings.termSeconds)}`);
  for (const {chainId, contracts, steps, roles, later} of chains) {
    print(`\nChain ${chainId}: ${steps.length} transactions in ${Math.max(...steps.map(({phase}) => phase)) + 1} phases`);
    for (const [name, {address, implementation}] of Object.entries(contracts)) print(`  ${name.padEnd(34)} ${address}${implementation ? ` → ${implementation}` : ''}`);
    for (const {contract, role, holders} of roles) print(`  role ${contract}.${role}: ${holders.join(', ')}`);
    for (const {contract, functionName, to, data} of later) print(`  afterwards by the admin: ${contract}.${functionName}, to ${to}, data ${data}`);
  }
}

/** Chains of the plan that a node was given for, with what stands in the way. */
async function reach({settings, chains}: SystemPlan, rpc: ReadonlyMap<number, string>): Promise<{chain: Chain; plan: ChainPlan}[]> {
  for (const chainId of rpc.keys()) if (!chains.some((plan) => plan.chainId === chainId)) throw new Error(`--rpc names chain ${chainId}, which the settings do not.`);
  const reached = chains.filter(({chainId}) => rpc.has(chainId)).map((plan) => ({chain: new Chain(rpc.get(plan.chainId)!), plan}));
  if (reached.length === 0) throw new Error('No chain to ask: give --rpc ID=URL.');
  const problems = await Promise.all(reached.map(async ({chain, plan}) => obstacles(await chain.facts(), settings.chains.find(({chainId}) => chainId === plan.chainId)!)));
  if (problems.flat().length > 0) throw new Error(problems.flat().join('\n'));
  return reached;
}

async function deploy(system: SystemPlan, options: Options): Promise<boolean> {
  const reached = await reach(system, options.rpc);
  if (options.isDryRun) {
    printPlan(system);
    for (const {chain, plan} of reached) {
      const done = (await Promise.all(plan.steps.map((step) => chain.holds(step.done)))).filter(Boolean).length;
      print(`\nChain ${plan.chainId} answers, has the BLS precompiles, and ${done} of ${plan.steps.length} steps are done. Nothing was sent.`);
    }
    return true;
  }
  const key = readKey(options.keyFile);
  const account = privateKeyToAccount(key).address;
  if (getAddress(account) !== getAddress(system.settings.deployer)) throw new Error(`The key is that of ${account}, the settings name the deployer ${system.settings.deployer}.`);
  for (const {chain, plan} of reached) {
    const file = new RecordFile(options.records, plan.chainId);
    await execute({chain, key, plan, label: system.settings.label, file, note: print});
    print(`chain ${plan.chainId}: complete, recorded in ${file.path}`);
  }
  return readAllBack(system, options);
}

function readKey(file: string | undefined): Hex {
  if (file === undefined) throw new Error('--key-file is missing; --dry-run needs none.');
  const key = readFileSync(file, 'utf8').trim();
  if (!isHex(key) || key.length !== 66) throw new Error(`${file} holds no private key: 0x and 64 hex digits.`);
  return key;
}

async function readAllBack(system: SystemPlan, {rpc, records}: Options): Promise<boolean> {
  const findings: Finding[] = [];
  for (const {chain, plan} of await reach(system, rpc)) {
    const record = new RecordFile(records, plan.chainId).read();
    if (record === undefined) throw new Error(`${records} has no record of chain ${plan.chainId}: events could not be read from the right block.`);
    findings.push(...await readBack(chain, plan, BigInt(record.startBlock)));
  }
  const wrong = findings.filter(({ok}) => !ok);
  for (const {what, expected, found} of wrong) print(`✗ ${what}: ${found}, expected ${expected}`);
  print(`${findings.length - wrong.length} facts as planned, ${wrong.length} not.`);
  return wrong.length === 0;
}

async function main(args: string[]): Promise<boolean> {
  if (args.includes('--help') || args.length === 0) {
    process.stdout.write(HELP);
    return true;
  }
  const {command, options} = parseOptions(args);
  const system = planSystem(readSettings(options.settings));
  switch (command) {
    case 'plan': printPlan(system); return true;
    case 'deploy': return deploy(system, options);
    case 'read-back': return readAllBack(system, options);
    default: throw new Error(`There is no command "${command}": plan, deploy or read-back.`);
  }
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
