// No editor, no palette, no telemetry; and what the function node works with, as Node-RED's documentation has it:
// `functionGlobalContext` holds the plant's table and the contract, compiled once.
const given = require(process.env.GIVEN);
const Ajv = require("ajv/dist/2020");
const ajv = new Ajv({ allowUnionTypes: true });
require("ajv-formats")(ajv);

module.exports = {
    flowFile: "flows.json",
    uiHost: "127.0.0.1",
    uiPort: Number(process.env.UI_PORT),
    disableEditor: true,
    httpAdminRoot: false,
    httpNodeRoot: false,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
    credentialSecret: false,
    logging: { console: { level: "warn", metrics: false, audit: false } },
    functionGlobalContext: { given: given, validate: ajv.compile(given.schema) },
};
