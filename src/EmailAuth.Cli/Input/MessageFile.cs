using System.Buffers;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;
using EmailAuth.Message;

namespace EmailAuth.Cli.Input;

/// <summary>
/// A message named on the command line, ready to be read as often as needed. Of a large one nothing but a buffer is in memory;
/// what cannot be read twice, such as standard input, is kept in a temporary file.
/// </summary>
internal sealed class MessageFile : IAsyncDisposable
{
    private const int BufferSize = 64 << 10;
    private const int LongestInMemory = 4 << 20;

    private readonly Stream _octets;

    private MessageFile(string name, Stream octets, bool hasUnixLineEnds)
    {
        Name = name;
        _octets = octets;
        HasUnixLineEnds = hasUnixLineEnds;
    }

    /// <summary>As it was named; "-" for standard input.</summary>
    public string Name { get; }

    /// <summary>Every line ends in a lone LF: read as if it were CRLF.</summary>
    public bool HasUnixLineEnds { get; }

    /// <exception cref="InputException">It cannot be read.</exception>
    public static async Task<MessageFile> OpenAsync(string name, CommandIo io, CancellationToken cancellationToken)
    {
        try
        {
            if (name == "-" && io.InputIsTerminal)
                EmailAuthCommand.Tell(io, "the message is read from this terminal; Ctrl-D ends it.");
            if (name == "-")
                return await SpoolAsync(name, io.Input, cancellationToken).ConfigureAwait(false);
            var file = OpenFile(name);
            if (file.CanSeek)
                return await ScanAsync(name, file, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
                return await SpoolAsync(name, file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Unreadable(name, exception);
        }
    }

    /// <summary>The message from its beginning. Until the next call of this or <see cref="CopyToAsync"/>.</summary>
    public EmailMessage Read()
    {
        _octets.Position = 0;
        var message = EmailMessage.FromStream(_octets);
        return HasUnixLineEnds ? message.NormalizingLineEndings() : message;
    }

    /// <summary>Writes the octets as they are.</summary>
    public async Task CopyToAsync(Stream output, CancellationToken cancellationToken)
    {
        _octets.Position = 0;
        await _octets.CopyToAsync(output, BufferSize, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _octets.DisposeAsync();

    public static bool IsUnreadable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    /// <summary>One clear line about a file that cannot be read.</summary>
    public static InputException Unreadable(string name, Exception exception) => new($"{PlainText.Quoted(name)} cannot be read: " + exception switch
    {
        _ when name.Length == 0 => "the name is empty.",
        _ when Directory.Exists(name) => "it is a directory.",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file.",
        UnauthorizedAccessException => "permission is denied.",
        _ => exception.Message,
    });

    private static FileStream OpenFile(string name) =>
        new(name, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    /// <summary>Reads as far as it must to know the line ends: to the first CRLF, or to the end.</summary>
    private static async Task<MessageFile> ScanAsync(string name, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var lineEnds = new LineEnds();
            while (!lineEnds.HasCarriageReturnLineFeed && await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var length)
                lineEnds.Append(buffer.AsSpan(0, length));
            return new MessageFile(name, file, lineEnds.AreUnix);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<MessageFile> SpoolAsync(string name, Stream input, CancellationToken cancellationToken)
    {
        // A read of a pipe or terminal goes on after a cancellation, so the buffer is not given back to others.
        var buffer = new byte[BufferSize];
        Stream spool = new MemoryStream();
        try
        {
            var lineEnds = new LineEnds();
            while (await input.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is > 0 and var length)
            {
                lineEnds.Append(buffer.AsSpan(0, length));
                if (spool is MemoryStream memory && memory.Length + length > LongestInMemory)
                {
                    spool = CreateTemporaryFile();
                    memory.WriteTo(spool);
                }
                await spool.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }
            return new MessageFile(name, spool, lineEnds.AreUnix);
        }
        catch
        {
            await spool.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>For nobody else's eyes, and gone when it is closed.</summary>
    private static FileStream CreateTemporaryFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"emailauth-{Guid.NewGuid():N}"), options);
    }
}
