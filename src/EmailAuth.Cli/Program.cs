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

using var interruption = new Interruption(TimeProvider.System, static status => Environment.Exit((int)status));
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = interruption.Take(ExitStatus.Interrupted));
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = interruption.Take(ExitStatus.Terminated));
return (int)interruption.StatusOf(await EmailAuthCommand.RunAsync(args, io, interruption.Token).ConfigureAwait(false));
