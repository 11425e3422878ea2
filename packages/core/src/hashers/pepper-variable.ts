/** Name of the environment variable that holds the pepper when none is given. */
export const PEPPER_VARIABLE = "API_KEY_PEPPER";
