/** `README.txt` of an evidence bundle. */
export const EVIDENCE_README = `What this is

Evidence of one job of Stepback, a deployment or a rollback: who asked for it, who approved it, what it was to do, what it
did to AWS, and how it ended.

  records.ndjson         the records of the audit about the job and its snapshots, one a line; texts about people stand
                         beside each record, which holds them as salted SHA-256
  plan.json              what the rollback was to do; null for a job without a plan
  result.json            how the job ended, with each of its steps
  log.ndjson             the job's log, one line each
  inclusion-proofs.json  for each record, the proof (RFC 6962) that the signed log has it
  checkpoint.json        the state of the whole log when this file was made, signed (Ed25519)
  public-key.pem         the key that signed
  manifest.json          the SHA-256 of each file, and the number of records, signed

How to check it

  stepback audit verify FILE
  stepback audit verify --key PEM --checkpoint JSON FILE

It needs no service and no network. tools/verify_audit.py in the sources does the same in another language.

What it shows

No byte of this file was changed since it was signed. Each record was in the log when the checkpoint was signed. Plan, result
and log are those whose SHA-256 the record of the job's end has had since then.

What it cannot show

- Whose key signed. The key comes with the file: compare its fingerprint with one that you got in another way, or keep the key
  and give it with --key.
- That the log was not written again as a whole, by somebody who has the database and the key. A checkpoint that was kept
  elsewhere shows it, with --checkpoint.
- What was never recorded: whatever happened in AWS without Stepback.
- Values of settings. They are in no file here.
- Texts that were erased since: their salted hashes remain.
`;
