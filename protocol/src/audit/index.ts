export {termSeed, ticketBar, ticketEpochOffset, ticketHash, ticketMember, ticketRow} from './tickets.ts';
export {
  auditEpochLeaf, auditRowLeaf, auditSalt, type AuditedSheet, auditedRows, type Auditor, type AuditTree, auditTree, locateRow, opensAudit, type RowOpening,
  type TermAudit, termAudit,
} from './trees.ts';
