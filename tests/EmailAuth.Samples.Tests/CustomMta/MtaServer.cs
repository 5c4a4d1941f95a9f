using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>The sample server as a process, on free ports of loopback, with a folder of its own.</summary>
internal sealed class MtaServer : IAsyncDisposable
{
    /// <summary>The authserv-id of its settings.</summary>
    public const string Name = "mx.receiver.example";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("emailauth-mta-");
    private readonly HttpClient _http = new();
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MtaServer(string zone, string[] arguments)
    {
        var zoneFile = Path.Combine(_folder.FullName, "test.zone");
        File.WriteAllText(zoneFile, zone);
        _process = new Process
        {
            StartInfo = SampleProgram.StartInfo("CustomMta", ["--zone", zoneFile, "--folder", Folder, "--port", "0", "--metrics-port", "0", .. arguments]),
        };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
    }

    public int Port { get; private set; }

    public string Folder => Path.Combine(_folder.FullName, "mail");

    public string Log => string.Join('\n', _log);

    private Uri? Metrics { get; set; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<MtaServer> StartAsync(string zone, params string[] arguments)
    {
        var server = new MtaServer(zone, arguments);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        var ended = server._process.WaitForExitAsync();
        if (await Task.WhenAny(server._listening.Task, ended) == ended)
            Assert.Fail($"The server ended before it listened:\n{server.Log}");
        // "Listening: smtp://127.0.0.1:2525 http://127.0.0.1:9464/metrics"
        var addresses = (await server._listening.Task).Split(' ')[1..];
        (server.Port, server.Metrics) = (new Uri(addresses[0]).Port, new Uri(addresses[1]));
        return server;
    }

    private void OnLine(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        if (line.StartsWith("Listening: ", StringComparison.Ordinal))
            _listening.TrySetResult(line);
    }

    /// <summary>The files of a mailbox that were delivered: ".Junk" is a folder in it.</summary>
    public string[] FilesOf(params string[] mailbox) => Directory.GetFiles(Path.Combine([Folder, .. mailbox, "new"]));

    /// <summary>Files that are still being written: in the spool, and under tmp of any mailbox.</summary>
    public string[] Unfinished() =>
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(Path.GetDirectoryName(file)) is "spool" or "tmp")];

    public Task<string> ScrapeAsync() => _http.GetStringAsync(Metrics);

    /// <summary>The value of a counter with these labels, of a scrape; 0 where it is not there yet.</summary>
    public async Task<long> CounterAsync(string name, params string[] labels) =>
        (await ScrapeAsync()).Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(static line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>The largest resident memory of the process, in MiB; 0 where the system does not tell.</summary>
    public long PeakMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 >> 20;
        }
    }

    public bool IsRunning => !_process.HasExited;

    /// <summary>Asks it to end, as an init system does.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }
}
