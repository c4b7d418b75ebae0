/** `pobs-validator vote <epoch> [approve|reject]`: shows this validator's vote on an epoch, or casts one by hand. */
import type {RuleNumber} from '@pobs/protocol';
import {Argument, Command, InvalidArgumentError} from 'commander';
import {buildAuditor, buildHandVote, buildVoting, connect, openSigner} from '../app.ts';
import {type Flags, readConfig} from '../config.ts';
import {reportText} from '../core/report.ts';
import {describeVote} from '../core/verdict.ts';
import {epochArgument, withNetwork} from './options.ts';
import {print, printFields, warn} from './print.ts';
import {confirm, passwordOf} from './prompt.ts';

const KINDS = ['none', 'approve', 'reject', 'dispute'];
const RULE_MAX = 11;

export function voteCommand(): Command {
  return withNetwork(new Command('vote'))
    .description('show this validator\'s vote on an epoch, or cast one by hand; run must be stopped, and the signing journal decides')
    .argument('<epoch>', 'epoch number', epochArgument)
    .addArgument(new Argument('[vote]', 'what to cast; nothing: show').choices(['approve', 'reject']))
    .option('--rule <n>', 'rule to reject by; default the lowest that is found broken', ruleArgument)
    .option('--reason <text>', 'kept in the output')
    .action(async (epoch: string, kind: 'approve' | 'reject' | undefined, flags: Flags) => {
      if (kind === undefined) return show(BigInt(epoch), flags);
      await cast(BigInt(epoch), kind, flags);
    });
}

async function show(epoch: bigint, flags: Flags): Promise<void> {
  const config = readConfig(flags);
  const signer = await openSigner(config, passwordOf(flags));
  const chains = await connect(config);
  const auditor = await buildAuditor(config, chains);
  const voting = buildVoting({config, chains, auditor, signer});
  try {
    const promised = voting.journal.find(epoch);
    const [shown] = await voting.cast.votesOf(epoch, signer.gas.address);
    printFields(flags.json === true, {
      epoch: epoch.toString(), status: (await auditor.epochs.proposals()).get(epoch)?.status ?? 'unknown',
      journal: promised === undefined ? 'none' : describeVote(promised), onChain: KINDS[shown?.kind ?? 0], rule: shown?.rule ?? 0,
    });
  } finally {
    voting.close();
  }
}

async function cast(epoch: bigint, kind: 'approve' | 'reject', flags: Flags): Promise<void> {
  const config = readConfig(flags);
  const signer = await openSigner(config, passwordOf(flags));
  const chains = await connect(config);
  const auditor = await buildAuditor(config, chains, {graceMs: 0, onLie: warn});
  const voting = buildVoting({config, chains, auditor, signer});
  try {
    const hand = buildHandVote(config, {auditor, voting});
    const rule = flags.rule === undefined ? undefined : (Number(flags.rule) as RuleNumber);
    const {proposal, vote, judgement} = await hand.prepare(epoch, kind === 'approve' ? {kind} : {kind, rule});
    if (flags.json !== true) print(reportText(judgement.report));
    await confirm(`Casting ${describeVote(vote)}`, flags.yes === true);
    const {hash} = await hand.cast(proposal, vote);
    printFields(flags.json === true, {
      epoch: epoch.toString(), vote: kind, rule: vote.rule, hash: hash ?? 'on chain already', ...(flags.reason !== undefined && {reason: flags.reason}),
    });
  } finally {
    voting.close();
  }
}

function ruleArgument(text: string): string {
  if (!/^[1-9]\d?$/.test(text) || Number(text) > RULE_MAX) throw new InvalidArgumentError(`Expected a rule from 1 to ${RULE_MAX}.`);
  return text;
}
