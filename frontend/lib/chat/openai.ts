/** Where OpenAI's panel comes from: nowhere else may it. */
export const CHATKIT_ORIGIN = 'https://cdn.platform.openai.com';
export const CHATKIT_SCRIPT = `${CHATKIT_ORIGIN}/deployments/chatkit/chatkit.js`;
