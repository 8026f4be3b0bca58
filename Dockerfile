# One image for every process of Rollbook; the command chooses which:
#
#   (none)                                 the embedded service, its data in the volume /rollbook/data
#   dist/apps/registration-api/src/main.js the HTTP service of the distributed form
#   dist/apps/projector/src/main.js        the projector of the distributed form
#
# The base is pinned by version. The runtime is the image's own Node, so the packages that carry one for a clone
# (the only optional ones that production has) stay out.

FROM node:24.21.0-trixie-slim AS build
WORKDIR /rollbook
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .swcrc ./
COPY apps apps
COPY libs libs
RUN node node_modules/@swc/cli/bin/swc.js apps libs -d dist --config-file .swcrc --quiet
RUN mkdir data

FROM node:24.21.0-trixie-slim AS packages
WORKDIR /rollbook
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-trixie-slim
WORKDIR /rollbook
COPY package.json ./
COPY --from=packages /rollbook/node_modules node_modules
COPY --from=build /rollbook/dist dist
COPY docker/health-check.mjs docker/initialise-mongodb.ts docker/
# A new volume takes its owner from here.
COPY --from=build --chown=node:node /rollbook/data data
ENV NODE_ENV=production ROLLBOOK_HOST=0.0.0.0
USER node
VOLUME /rollbook/data
EXPOSE 3000 3001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "docker/health-check.mjs", "http://127.0.0.1:3000/health/ready"]
ENTRYPOINT ["node", "--max-semi-space-size=8"]
CMD ["dist/apps/standalone/src/main.js"]
