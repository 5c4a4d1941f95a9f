using System.Runtime.InteropServices;
using EmailAuth.Cli.CommandLine;

var io = new CommandIo(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError())
{
    InputIsTerminal = !Console.IsInputRedirected,
    OutputIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    Environment = Environment.GetEnvironmentVariable,
};
if (OperatingSystem.IsWindows())
    Console.OutputEncoding = System.Text.Encoding.UTF8;

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
return (int)await EmailAuthCommand.RunAsync(args, io, interrupted.Token).ConfigureAwait(false);

void Cancel(PosixSignalContext signal)
{
    // The first one ends the work in an orderly way, the second one at once.
    signal.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}
