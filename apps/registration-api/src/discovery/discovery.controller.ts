import { authorizationServerMetadata, openidConfiguration } from '@rollbook/policy';
import { Controller, Get, Inject } from '@nestjs/common';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** What registration accepts, for clients to read: derived from the policy that validates. */
@Controller('.well-known')
export class DiscoveryController {
  readonly #authorizationServer: object;
  readonly #openid: object;

  constructor(@Inject(PARTS) { policy, config }: RegistrationApiParts) {
    this.#authorizationServer = authorizationServerMetadata(policy, config.publicUrl);
    this.#openid = openidConfiguration(policy, config.publicUrl);
  }

  /** RFC 8414 §3. */
  @Get('oauth-authorization-server')
  authorizationServer(): object {
    return this.#authorizationServer;
  }

  /** OpenID Connect Discovery §4. */
  @Get('openid-configuration')
  openid(): object {
    return this.#openid;
  }
}
