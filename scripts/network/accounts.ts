/** Who is who on the local network. The development mnemonic is public: these keys hold nothing anywhere else. */
import {bytesToHex, type Hex} from 'viem';
import {type HDAccount, mnemonicToAccount} from 'viem/accounts';

const MNEMONIC = 'test test test test test test test test test test test junk';

/** Address indices; 8 and 9 belong to the local pair (rollup validator and relay). */
const INDEX = {deployer: 0, poster: 1, guardian: 2, alice: 3, bob: 4, carol: 5} as const;

export type Actor = keyof typeof INDEX;

export const actor = (name: Actor): HDAccount => mnemonicToAccount(MNEMONIC, {addressIndex: INDEX[name]});

export const keyOf = (name: Actor): Hex => bytesToHex(actor(name).getHdKey().privateKey!);
