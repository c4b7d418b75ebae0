/** Which contracts each chain has, and the manifests that follow from their ABIs: every event, and for each one handler. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/** By the field of the network file that holds the address. The first source of a chain holds the compiled code: it is never optional. */
export const SOURCES = {
  l1: {
    registry: 'ValidatorRegistry', sets: 'ValidatorSets', custody: 'Custody', court: 'SlashingCourt',
    timelock: 'TimelockController', beacon: 'DrandBeacon', reserve: 'ReserveBridge',
  },
  l2: {
    epochManager: 'EpochManager', sets: 'ValidatorSets', custody: 'Custody', participation: 'Participation', rewards: 'RewardPool',
    timelock: 'TimelockController', beacon: 'DrandBeacon', reserve: 'ReserveBridge',
  },
};
export const CHAINS = Object.keys(SOURCES);

/** Contracts that a network need not have. */
export const OPTIONAL = new Set(['court', 'participation', 'rewards', 'timelock', 'beacon', 'reserve']);

const DESCRIPTIONS = {
  l1: 'The Proof-of-Balance-Sheet contracts on L1: stake, terms and court, the local copy of the sets, and the custody.',
  l2: 'The Proof-of-Balance-Sheet contracts on L2: epochs, votes and rewards, the validator sets, and the custody.',
};

/** Stands for an address until a network is filled in. */
export const unfilledOf = (field) => `0x${Buffer.from(field).toString('hex').padEnd(40, 'c')}`;

export const DATA_SOURCE = '  - kind: ethereum\n';

export const handlerOf = (event) => `handle${event}`;

/** @returns {{name: string, signature: string}[]} The events of a contract, as a manifest names them. */
export function eventsOf(contract) {
  const abi = JSON.parse(readFileSync(path.join(here, `abis/${contract}.json`), 'utf8'));
  return abi.filter(({type}) => type === 'event').map(({name, inputs}) => ({
    name, signature: `${name}(${inputs.map((input) => `${input.indexed ? 'indexed ' : ''}${typeOf(input)}`).join(',')})`,
  }));
}

const typeOf = ({type, components}) => type.replace('tuple', () => `(${components.map(typeOf).join(',')})`);

/**
 * A handler decodes by position, so contracts may share it only where the event has the same fields everywhere.
 *
 * @throws {Error} Names an event that two contracts declare differently.
 */
function assertShareable(chain) {
  const known = new Map();
  for (const contract of Object.values(SOURCES[chain])) {
    for (const {name, signature} of eventsOf(contract)) {
      if ((known.get(name) ?? signature) !== signature) throw new Error(`${contract} declares ${signature}, another contract ${known.get(name)}: they cannot share a handler.`);
      known.set(name, signature);
    }
  }
}

/** One schema serves both chains: L1 fills the registry's entities, L2 the epochs'. Amounts are lots unless a name says otherwise; times are seconds. */
export const schema = () => readdirSync(path.join(here, 'schema')).sort().map((file) => readFileSync(path.join(here, 'schema', file), 'utf8')).join('\n');

/** @returns {string[]} Names of all entities. */
export const entityNames = () => [...schema().matchAll(/^type (\w+) @entity/gm)].map(([, name]) => name);

/** The manifest of one chain, with paths relative to a folder beside this file. */
export function manifestOf(chain) {
  assertShareable(chain);
  const head = ['specVersion: 1.3.0', `description: '${DESCRIPTIONS[chain]}'`, 'indexerHints:', '  prune: never', 'schema:', '  file: ./schema.graphql', 'dataSources:', ''];
  return head.join('\n') + Object.entries(SOURCES[chain]).map(([field, contract]) => dataSource(field, contract)).join('');
}

function dataSource(field, contract) {
  return `${DATA_SOURCE}    name: ${contract}
    network: mainnet
    source:
      address: '${unfilledOf(field)}'
      abi: ${contract}
      startBlock: 1
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      file: ../src/mapping.ts
      entities:
${entityNames().map((name) => `        - ${name}\n`).join('')}      abis:
        - name: ${contract}
          file: ../abis/${contract}.json
      eventHandlers:
${eventsOf(contract).map(({name, signature}) => `        - event: ${signature}\n          handler: ${handlerOf(name)}\n`).join('')}`;
}
