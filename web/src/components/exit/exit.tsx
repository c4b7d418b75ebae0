'use client';

import {useRouter} from 'next/navigation';
import {useCallback, useEffect, useState} from 'react';
import {type CustodyReading, readStanding} from '../../lib/custody-standing.ts';
import type {ExitRow} from '../../lib/browser/exit/rows.ts';
import type {ExitDefaults} from '../../lib/exit-source.ts';
import {custodiesOf, type NetworkFile, parseNetworkFile, type Sources} from '../../lib/network-file.ts';
import {Notice} from '../notice.tsx';
import {CustodyCard} from './custody-card.tsx';
import {ExitWallet, type Opened} from './exit-wallet.tsx';
import {RowCard} from './row-card.tsx';
import {SourceFields} from './source-fields.tsx';

const REREAD_MS = 8_000;

/** What is yours by the last active balance sheets, and the doors through which it leaves. */
export function Exit({defaults}: {defaults: ExitDefaults | undefined}) {
  const [network, setNetwork] = useState(defaults?.network);
  const [sources, setSources] = useState<Sources>(defaults?.sources ?? {rpc: {}, gateway: ''});
  if (network === undefined) return <NetworkFileDrop onNetwork={setNetwork} />;
  return (
    <>
      <Explanation />
      <Doors network={network} sources={sources} />
      <SourceFields network={network} sources={sources} onChange={setSources} />
    </>
  );
}

function Doors({network, sources}: {network: NetworkFile; sources: Sources}) {
  const router = useRouter();
  const [opened, setOpened] = useState<Opened>();
  const [rows, setRows] = useState<ExitRow[]>();
  const [problems, setProblems] = useState<string[]>([]);
  const [progress, setProgress] = useState<string>();
  const {readings, reread} = useStandings(network, sources);
  const look = useCallback(async (by: Opened) => {
    setOpened(by);
    const {findRows} = await import('../../lib/browser/exit/rows.ts');
    const found = await findRows({network, sources, owner: by, onProgress: setProgress});
    setProgress(undefined);
    setRows(found.rows);
    setProblems(found.problems);
    return found.rows;
  }, [network, sources]);
  const latest = async (row: ExitRow): Promise<ExitRow | undefined> => {
    const reading = await readStanding(sources, row);
    // While somebody read, a newer balance sheet may have become active: the custody takes proofs against that one alone.
    if (opened === undefined || !reading.ok || reading.standing.epoch === row.epoch) return row;
    return (await look(opened)).find(({chainId, token}) => chainId === row.chainId && token === row.token);
  };
  const changed = useCallback(() => {
    reread();
    // The notices above the page are the server's.
    router.refresh();
    if (opened !== undefined) void look(opened);
  }, [opened, look, reread, router]);
  return (
    <>
      <div className="grid gap-4 md:grid-cols-2">
        {custodiesOf(network).map((place) => <CustodyCard key={place.chainId} place={place} reading={readings[place.chainId]} opened={opened} sources={sources} onChanged={changed} />)}
      </div>
      {opened === undefined
        ? <ExitWallet network={network.name} onOpened={(by) => void look(by)} />
        : <p className="text-sm text-muted">Wallet <code className="font-mono text-xs">{opened.wallet}</code> <button type="button" className="link" onClick={() => {
          setOpened(undefined);
          setRows(undefined);
        }}>Use another</button></p>}
      {progress !== undefined && <p className="card p-4 text-sm text-muted" role="status">{progress}…</p>}
      {problems.map((problem) => <Notice key={problem} text={problem} />)}
      {opened !== undefined && rows?.map((row) => (
        <RowCard key={`${row.chainId}-${row.token}`} row={row} reading={readings[row.chainId]} opened={opened} sources={sources} latest={latest} onChanged={changed} />
      ))}
      {rows?.length === 0 && progress === undefined && problems.length === 0 && (
        <p className="card p-4 text-sm">No active balance sheet has a row that this wallet&apos;s signature opens. If you bound it with another program, its secret is another one; deposits newer than the last epoch have no row yet.</p>
      )}
    </>
  );
}

/** What each custody's chain says, read now and then. */
function useStandings(network: NetworkFile, sources: Sources) {
  const [readings, setReadings] = useState<Readonly<Record<number, CustodyReading>>>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    const read = () => {
      for (const place of custodiesOf(network)) {
        void readStanding(sources, place).then((reading) => {
          if (!gone) setReadings((old) => ({...old, [place.chainId]: reading}));
        });
      }
    };
    read();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') read();
    }, REREAD_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [network, sources, turn]);
  return {readings, reread: useCallback(() => setTurn((old) => old + 1), [])};
}

const DOORS = [
  ['Ask the custody', 'You force a withdrawal, or an exit that closes your positions first. Within a day the exchange must serve it: validators reject every balance sheet that does not.'],
  ['Freeze it', 'After seven days without an answer anybody may freeze the custody. So may anybody when no balance sheet became active for seven days, a day after announcing it.'],
  ['Take what is yours', 'A frozen custody pays your whole row of the last active balance sheet to your wallet, by one transaction of yours.'],
] as const;

function Explanation() {
  return (
    <ol className="grid gap-4 md:grid-cols-3">
      {DOORS.map(([title, text], index) => (
        <li key={title} className="card p-4">
          <h2 className="flex items-center gap-2.5 font-semibold"><span aria-hidden="true" className="flex h-6 w-6 items-center justify-center rounded-full bg-accent text-xs text-accent-ink">{index + 1}</span>{title}</h2>
          <p className="mt-2 text-sm text-muted">{text}</p>
        </li>
      ))}
    </ol>
  );
}

/** Neither a file of the server's nor the engine: the reader brings the network's description. */
function NetworkFileDrop({onNetwork}: {onNetwork: (network: NetworkFile) => void}) {
  const [problem, setProblem] = useState<string>();
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const network = parseNetworkFile(await file.text());
    if (network === undefined) setProblem('This file describes no network.');
    else onNetwork(network);
  };
  return (
    <section className="card p-6">
      <h2 className="font-semibold">Which network?</h2>
      <p className="mt-1 max-w-2xl text-sm text-muted">The engine does not answer and this server has no description of the network. Choose its network.json: validators publish it, and so does anybody who kept it.</p>
      <label className="button mt-4 focus-within:outline-2 focus-within:outline-accent">Choose network.json
        <input type="file" accept="application/json,.json" className="sr-only" data-testid="network-file" onChange={(event) => void take(event.target.files?.[0])} />
      </label>
      {problem !== undefined && <div className="mt-3"><Notice text={problem} /></div>}
    </section>
  );
}
