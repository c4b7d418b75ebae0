/**
 * The PofBS SDK's pure part: balance sheet, GPMP, summary, votes and proofs (PROTOCOL §§2–6).
 * No I/O, no clock; runs in Node and in browsers.
 */
export {bytesToHex, EncodingError, hexToBytes} from './bytes.ts';
export {AgeKeyError, ageRecipient, encryptionKeyOf, identitySecret} from './age-keys.ts';
export {canonicalJson} from './canonical-json.ts';
export {PobsError} from './errors.ts';
export * from './audit/index.ts';
export * from './gpmp/index.ts';
export {accountId, accountSecretMessage, accountSecretOf, blindingFor, eraOf, isSystemWallet, ZERO_BLINDING} from './ids.ts';
export {fromJson, JsonError, toJson} from './json.ts';
export {initKeccak, keccak256} from './keccak.ts';
export {decodeSealed, encodeSealed, SEALED_MEDIA_TYPE, SealedWireError} from './sealed-wire.ts';
export {sha256} from './sha256.ts';
export * from './snapshot/index.ts';
export * from './log/index.ts';
export {createMappingIdentity, decryptMapping, type DecryptedMapping, encryptMapping, MappingError, mappingRecipient} from './mapping.ts';
export {packEpoch, unpackEpoch} from './packed.ts';
export * from './proofs/index.ts';
export {domainOf, domainSalt, LINE_PARAMETERS, lineHash, rulesHash, SUMMARY_TYPE_STRING, SUMMARY_TYPES, summaryDigest} from './summary.ts';
export * from './types.ts';
export * from './votes/index.ts';
