/** What `cargo xtask test browser` says about the product that is running. */
export const env = {
  agent: required('AGENT_URL'),
  app: required('APP_URL'),
  chromium: required('CHROMIUM'),
  database: required('DATABASE_URL'),
  /** Where measurements write what they find. */
  figures: required('FIGURES'),
  /** The front end's process. */
  frontend: Number(required('FRONTEND_PID')),
  /** The port where the agent looks for a language model, once it has a key. */
  model: Number(required('MODEL_PORT')),
  pictures: required('PICTURES'),
  stagehand: Number(required('STAGEHAND')),
};

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by \`cargo xtask test browser\``);
  return value;
}
