// Entry of the policy host, which runs JavaScript; Node.js runs the TypeScript behind it by itself.
import { start } from "./pack.ts";

start();
