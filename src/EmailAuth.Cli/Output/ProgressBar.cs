using System.Globalization;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>Shows on a terminal how far the work is; elsewhere nothing. It stands on standard error, and is gone when the work is done.</summary>
internal sealed class ProgressBar(CommandIo io, int total) : IDisposable
{
    private const int Width = 30;

    private int _done;
    private int _shown = -1;

    public void Step()
    {
        _done++;
        // Some hundred changes are enough for any eye and any terminal.
        var step = total <= 200 ? _done : _done * 200L / total;
        if (!io.ErrorIsTerminal || step == _shown)
            return;
        _shown = (int)step;
        var filled = (int)((long)_done * Width / total);
        io.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{new string('#', filled)}{new string('.', Width - filled)}] {_done}/{total}"));
    }

    public void Dispose()
    {
        if (io.ErrorIsTerminal && _shown >= 0)
            io.Error.Write("\r\e[K");
    }
}
