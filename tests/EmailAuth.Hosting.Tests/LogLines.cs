using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EmailAuth.Hosting.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerProvider
{
    public ConcurrentQueue<LogLine> Seen { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Seen.Enqueue(new LogLine(category, logLevel, eventId.Name, formatter(state, exception), (state as IReadOnlyList<KeyValuePair<string, object?>>)?.ToDictionary() ?? []));
    }
}

/// <summary>One line, and the values it was made of.</summary>
internal sealed record LogLine(string Category, LogLevel Level, string? Event, string Text, Dictionary<string, object?> Values);
