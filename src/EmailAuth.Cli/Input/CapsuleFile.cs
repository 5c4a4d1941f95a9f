using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Input;

/// <summary>A verdict in a file.</summary>
internal static class CapsuleFile
{
    public static readonly Option Option = new("--capsule", "FILE", "write the verdict and all that it was made of, but for the body, into this new file, to be replayed");

    public static readonly Option HashLocalParts = new("--hash-local-parts", null, "with --capsule: pseudonyms for local-parts and for texts in header fields; see below");

    public const string Help = """
        --capsule never writes over a file; the new one is readable by its owner only. With --hash-local-parts it has pseudonyms
        for local-parts and for every text of the header section that no check reads (names, subject, dates, Received,
        Message-ID). Domains that were judged, the client's address, signatures, and all that DNS answered stay as
        they are, addresses that a domain publishes there (rua=mailto:…) too. A capsule bears no signature: whoever may write
        the file may write its verdict.
        """;

    /// <summary>Where the verdict is to go, if anywhere: told before a message is read, so that none is judged in vain.</summary>
    /// <exception cref="OutputException">There is something there already, or no folder.</exception>
    public static string? Read(Arguments arguments)
    {
        if (arguments.Value(Option) is not { } file)
            return null;
        if (file is "-" or "")
            throw new UsageException($"{Option.Name}: {PlainText.Quoted(file)} is not fit; right would be the name of a new file, such as verdict.ecap.");
        return Obstacle(file) is { } obstacle ? throw Refused(file, obstacle) : file;
    }

    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string file, VerificationCapsule capsule)
    {
        try
        {
            // A new file only, and no link is followed: it could be anybody's.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            // It holds the header section of somebody's mail.
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            stream.Write(capsule.ToArray());
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw Refused(file, Obstacle(file) ?? exception.Message);
        }
    }

    /// <summary>Why there can be no new file of that name; null if nothing is in the way.</summary>
    private static string? Obstacle(string file)
    {
        if (Directory.Exists(file))
            return "it is a folder; right would be the name of a new file in it";
        // A link that leads nowhere exists, too.
        if (File.Exists(file) || new FileInfo(file).LinkTarget is not null)
            return "it exists, and no capsule is ever written over a file";
        return Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder) ? $"there is no folder {PlainText.Quoted(folder)}" : null;
    }

    private static OutputException Refused(string file, string why) => new($"{PlainText.Quoted(file)} cannot be written: {why}.");

    /// <exception cref="InputException">The file cannot be read, or is no capsule.</exception>
    public static async Task<VerificationCapsule> ReadAsync(string file, CommandIo io, CancellationToken cancellationToken)
    {
        byte[] octets;
        try
        {
            if (file == "-")
            {
                octets = await ReadAsync(io.Input, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
                await using (stream.ConfigureAwait(false))
                    octets = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw MessageFile.Unreadable(file, exception);
        }
        return VerificationCapsule.TryRead(octets, out var capsule) ? capsule : throw new InputException($"{PlainText.Quoted(file)} {Fault(octets)}");
    }

    private static string Fault(byte[] octets) => octets switch
    {
        [] => $"is empty; right would be a file that \"emailauth verify {Option.Name} FILE\" wrote.",
        [(byte)'E', (byte)'C', (byte)'A', (byte)'P', ..] => "begins as a capsule and is damaged or cut short, or a later version wrote it.",
        _ => $"is no capsule; right would be a file that \"emailauth verify {Option.Name} FILE\" wrote.",
    };

    /// <summary>One octet more than a capsule may have is enough to see that it is none.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var octets = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (octets.Length <= VerificationCapsule.MaxOctets && await stream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is > 0 and var length)
            octets.Write(buffer, 0, length);
        return octets.ToArray();
    }
}
