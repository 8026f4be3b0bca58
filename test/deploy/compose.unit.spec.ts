import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import {
  kafkaSettings,
  PROJECTOR_VARIABLES,
  readVariables,
  REGISTRATION_API_VARIABLES,
  SERVICE_VARIABLES,
  unknownVariables,
  type VariableTable,
} from '@rollbook/platform';
import { REFUSALS } from '@rollbook/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { composeFile, type Service } from './compose-file.js';
import { inSecretsFolder } from './secrets.js';

const { text, file } = composeFile('docker-compose.yml');
const services = Object.entries(file.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const proxy = readFileSync('docker/proxy/Caddyfile', 'utf8');
const schema = JSON.parse(readFileSync('test/deploy/compose-spec.json', 'utf8')) as object;

describe('Compose Specification · docker-compose.yml', () => {
  test('is valid', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    for (const format of ['duration', 'subnet_ip_address', 'expose', 'ports']) ajv.addFormat(format, true);
    const validate = ajv.compile(schema);
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema refuses a misspelt word: it looks at what it should', () => {
    const ajv = new Ajv2020({ strict: false, formats: { duration: true } });
    expect(ajv.validate(schema, { services: { proxy: { image: 'x', volume: [] } } })).toBe(false);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
  (hasCompose ? test : test.skip)('is what docker compose takes (skipped where it is not installed)', () => {
    const { status, stderr } = spawnSync('docker', ['compose', '-f', 'docker-compose.yml', 'config', '-q'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('design §12 · every variable of the compose file is one, and none that is required is missing', () => {
  test.each<[string, VariableTable]>([
    ['registration-api', REGISTRATION_API_VARIABLES],
    ['projector', PROJECTOR_VARIABLES],
  ])('%s', (name, table) =>
    inSecretsFolder((secret) => {
      const environment = file.services[name]?.environment ?? {};
      // Throws with every mistake.
      readVariables(table, environment, secret);
      expect(unknownVariables(table, environment)).toEqual([]);
      expect(unknownVariables(SERVICE_VARIABLES, environment)).toEqual([]);
    }),
  );

  test('both reach the same Kafka, with a user and a password', () =>
    inSecretsFolder((secret) => {
      const [api, projector] = [
        readVariables(
          REGISTRATION_API_VARIABLES,
          file.services['registration-api']?.environment ?? {},
          secret,
        ),
        readVariables(PROJECTOR_VARIABLES, file.services['projector']?.environment ?? {}, secret),
      ].map((values) => kafkaSettings(values, 'any'));
      expect(api).toEqual(projector);
      expect(api?.connection.sasl?.mechanism).toBe('scram-sha-512');
      // What the broker is told in docker/kafka.
      const broker = readFileSync('docker/kafka/server.properties', 'utf8');
      expect(broker).toContain('sasl.enabled.mechanisms=SCRAM-SHA-512');
      expect(broker).toContain('advertised.listeners=CLIENT://kafka:9092');
      expect(readFileSync('docker/kafka/start.sh', 'utf8')).toContain(
        `name=${api?.connection.sasl?.username},`,
      );
    }));
});

describe('secrets come from files, made by one command, and from nowhere else', () => {
  const declared = Object.entries(file.secrets);

  test('every secret is a file that docker/make-secrets.sh makes', () =>
    inSecretsFolder((_secret, made) => {
      expect(declared.map(([name, { file: place }]) => [name, place])).toEqual(
        declared.map(([name]) => [name, `./secrets/${name}`]),
      );
      expect(declared.map(([name]) => name).sort()).toEqual([...made].sort());
    }));

  test('every secret that a service is given is declared, and every declared one is given', () => {
    const given = new Set(services.flatMap(([, { secrets = [] }]) => secrets));
    expect([...given].sort()).toEqual(declared.map(([name]) => name).sort());
  });

  test('every /run/secrets/… that a service or its scripts read is given to it', () => {
    const wrong = services.flatMap(([name, service]) =>
      secretsRead(service)
        .filter((secret) => !service.secrets?.includes(secret))
        .map((secret) => `${name}: ${secret}`),
    );
    expect(wrong).toEqual([]);
    expect(services.flatMap(([, service]) => secretsRead(service))).toContain('mongodb-keyfile');
  });

  test('no password, token or key stands in the file', () => {
    const valued = services.flatMap(([, { environment = {} }]) =>
      Object.keys(environment).filter((name) => /(PASSWORD|TOKENS|KEY|SECRET|_URL)$/.test(name)),
    );
    expect(valued).toEqual(['ROLLBOOK_PUBLIC_URL']);
    expect(text).not.toMatch(/[0-9a-f]{32}/);
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('secrets/');
  });
});

/** The secrets that are named in the environment of a service and in the script it starts. */
function secretsRead({ environment = {}, entrypoint = [], command = [], volumes = [] }: Service): string[] {
  const folder = volumes
    .map((volume) => volume.split(':'))
    .find(([, target]) => target === '/opt/rollbook')?.[0];
  const scripts = [...entrypoint, ...command]
    .map((word) => (folder === undefined ? word : word.replace('/opt/rollbook', folder)))
    .filter((word) => /\.(sh|ts)$/.test(word))
    .map((word) => readFileSync(word, 'utf8'));
  const named = [...Object.values(environment), ...scripts].flatMap((part) => [
    ...part.matchAll(/\/run\/secrets\/([a-z-]+)|secret\('([a-z-]+)'\)/g),
  ]);
  return named.map(([, mounted, read]) => mounted ?? read ?? '');
}

describe('start order, health and hardening', () => {
  test('two processes of each app, every one with a health check; no other service without one either', () => {
    for (const name of ['registration-api', 'projector'])
      expect(file.services[name]?.deploy.replicas).toBe(2);
    const image = readFileSync('Dockerfile', 'utf8');
    const unchecked = services.filter(
      ([, { healthcheck, build }]) =>
        healthcheck?.disable !== true &&
        healthcheck?.test === undefined &&
        !(build && image.includes('HEALTHCHECK')),
    );
    expect(unchecked).toEqual([]);
  });

  test('health checks of ours ask for a path that exists, at the port that the service listens on', () => {
    const controller = readFileSync('apps/registration-api/src/operations/health.controller.ts', 'utf8');
    expect(controller).toMatch(/@Controller\('health'\)[^]*@Get\('ready'\)/);
    const checks = services.map(([name, { healthcheck }]) => [name, healthcheck?.test?.at(-1)]);
    expect(Object.fromEntries(checks)).toMatchObject({
      proxy: 'http://127.0.0.1:8080/health/ready',
      'registration-api': undefined,
      projector: `http://127.0.0.1:${file.services['projector']?.environment?.['ROLLBOOK_PROJECTOR_PORT']}/health/ready`,
    });
    const port = file.services['registration-api']?.environment?.['ROLLBOOK_PORT'];
    expect(readFileSync('Dockerfile', 'utf8')).toContain(`"http://127.0.0.1:${port}/health/ready"`);
    expect(proxy).toMatch(new RegExp(`name registration-api\\s+port ${port}\\b`));
    expect(file.services['proxy']?.ports).toEqual(['127.0.0.1:8080:8080']);
  });

  test('RFC 9110 §10.2.3 · where no process answers, the proxy says what a process would say', () => {
    const { error, status, retry } = REFUSALS.unavailable;
    const [, handled = ''] = /handle_errors 502 503 504 \{\n([^]*?)\n\t\}/.exec(proxy) ?? [];
    const [, body = '', answered] = /respond `([^`]*)` (\d+)/.exec(handled) ?? [];
    expect([Number(answered), JSON.parse(body)]).toEqual([
      status,
      { error, error_description: expect.stringMatching(/^[\x20-\x7e]+$/) },
    ]);
    expect(retry).toBe(true);
    for (const header of ['Retry-After \\d+', 'Content-Type application/json', 'Cache-Control no-store'])
      expect(handled).toMatch(new RegExp(`^\\t+${header}$`, 'm'));
  });

  test('a client is one address: that of whom the front proxy names, and nobody is a front proxy unasked', () => {
    expect(proxy).toMatch(/^\t\ttrusted_proxies static \{\$ROLLBOOK_FRONT_PROXY:127\.0\.0\.1\/32\}$/m);
    expect(proxy).toMatch(/^\t\ttrusted_proxies_strict$/m);
    expect(proxy).toMatch(/reverse_proxy \{[^]*?^\t\theader_up X-Forwarded-For \{client_ip\}$/m);
    expect(file.services['proxy']?.environment).toEqual({ ROLLBOOK_FRONT_PROXY: '127.0.0.1/32' });
    expect(text).toContain('ROLLBOOK_FRONT_PROXY: ${ROLLBOOK_FRONT_PROXY:-127.0.0.1/32}');
  });

  test('what a service waits for exists and can come true', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const other = file.services[name];
        expect(other).toBeDefined();
        expect(condition).toBe(
          other?.healthcheck?.disable === true ? 'service_completed_successfully' : 'service_healthy',
        );
      }
    }
  });

  test.each(services)(
    '%s has a read-only root, no capability it could do without, and bounds',
    (name, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        deploy: {
          resources: {
            limits: { cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) },
          },
        },
      });
      expect(service.cap_add ?? []).toEqual(name === 'proxy' ? ['NET_BIND_SERVICE'] : []);
    },
  );

  test('only the proxy is reached from outside, and from this machine only', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy']);
    expect(file.networks['data']).toEqual({ internal: true });
    const inData = services.filter(([, { networks }]) => networks.includes('data')).map(([name]) => name);
    expect(inData).not.toContain('proxy');
  });

  test('images are pinned by version, what they mount and start exists', () => {
    const foreign = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    expect(foreign.filter((image) => !/:\d+\.\d+\.\d+/.test(image))).toEqual([]);
    for (const [, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] ?? '';
        expect([source, source.startsWith('./') ? existsSync(source) : source in file.volumes]).toEqual([
          source,
          true,
        ]);
      }
    }
    const started = ours.map(([, { command = [] }]) =>
      (command[0] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts'),
    );
    expect(started.filter((source) => !existsSync(source))).toEqual([]);
  });

  test('the broker is of the release that the suites run against', () => {
    const pom = readFileSync('test/servers/java/kafka-pom.xml', 'utf8');
    const [, release] = /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)</.exec(pom) ?? [];
    expect(file.services['kafka']?.image).toBe(`apache/kafka:${release}`);
  });
});
