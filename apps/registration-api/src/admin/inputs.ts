import { oneOf, text, wholeNumber } from '../input/members.js';

export class ListClientsQuery {
  @text({ max: 256, says: 'Clients whose client_name begins so, in any case' })
  name?: string;

  @text({ max: 1_024, says: 'Clients of this software_id' })
  software_id?: string;

  @text({ max: 255, says: 'Clients with a redirect URI on this host' })
  redirectHost?: string;

  @text({ max: 256, says: 'Clients that authenticate so at the token endpoint' })
  token_endpoint_auth_method?: string;

  @text({ max: 256, says: 'Clients that may use this grant' })
  grant_type?: string;

  @oneOf(['active', 'suspended', 'deleted'], { says: 'Clients of this status; without it, of every status' })
  status?: 'active' | 'suspended' | 'deleted';

  @wholeNumber({ min: 1, max: 200, default: 50, says: 'Clients per page' })
  limit!: number;

  @text({ max: 512, says: 'next of the page before' })
  cursor?: string;
}

const REASON = 'Why, for the history. It is kept for ever and in clear: it names no person';

export class ReasonBody {
  @text({ max: 1_024, required: true, says: REASON })
  reason!: string;
}

export class OptionalReasonBody {
  @text({ max: 1_024, says: REASON })
  reason?: string;
}

export class RotateSecretBody {
  @wholeNumber({
    min: 0,
    says: 'How long the old secret stays valid; 0 ends it at once; at most what the service is configured for, which is also the default',
  })
  overlapSeconds?: number;
}

/** For endpoints that take nothing: what is sent all the same is a mistake, and is said to be one. */
export class NoInput {}
