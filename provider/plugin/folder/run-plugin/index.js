/**
 * Starts the plugin for `pulumi package add DIRECTORY`. Pulumi's Node.js host starts a plugin with this module of the
 * @pulumi/pulumi that is installed in the plugin's directory. The bundle contains the rest of @pulumi/pulumi, so
 * nothing has to be downloaded.
 */
const [node, , plugin, ...args] = process.argv;
process.argv = [node, plugin, ...args];
require(plugin);
