import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateRecipient } from '@rollbook/credentials';

/** What all processes of a distributed service must have alike, in files for their owner only. */
export type SharedSecrets = {
  adminTokensFile: string;
  auditorTokensFile: string;
  adminToken: string;
  auditorToken: string;
  /** With which a test opens sealed secrets. */
  recipientPrivateKeyFile: string;
  /** The variables that hand them over, as `NAME_FILE`. */
  env: Readonly<Record<string, string>>;
};

/** @param mongodbUrl with its database; it may carry a password */
export async function makeSecrets(folder: string, mongodbUrl: string): Promise<SharedSecrets> {
  const random = () => randomBytes(32).toString('base64url');
  const write = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  };
  const [adminToken, auditorToken] = [random(), random()];
  const { privateJwk, publicJwks } = await generateRecipient();
  const adminTokensFile = write('admin-tokens', `admin:${adminToken}`);
  const auditorTokensFile = write('auditor-tokens', `auditor:${auditorToken}`);
  return {
    adminTokensFile,
    auditorTokensFile,
    adminToken,
    auditorToken,
    recipientPrivateKeyFile: write('secret-recipient-private-key.json', JSON.stringify(privateJwk)),
    env: {
      ROLLBOOK_MONGODB_URL_FILE: write('mongodb-url', mongodbUrl),
      ROLLBOOK_ADMIN_TOKENS_FILE: adminTokensFile,
      ROLLBOOK_AUDITOR_TOKENS_FILE: auditorTokensFile,
      ROLLBOOK_MASTER_KEY_FILE: write('master-key', random()),
      ROLLBOOK_SECRET_RECIPIENTS_FILE: write('secret-recipients.json', JSON.stringify(publicJwks)),
    },
  };
}
