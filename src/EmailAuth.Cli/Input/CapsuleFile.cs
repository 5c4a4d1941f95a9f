using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Input;

/// <summary>A verdict in a file.</summary>
internal static class CapsuleFile
{
    public static readonly Option Option = new("--capsule", "FILE", "write the verdict and all that it was made of, but for the body, into this file, to be replayed");

    public static readonly Option HashLocalParts = new("--hash-local-parts", null, "with --capsule: so that no address can be read in it");

    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string file, VerificationCapsule capsule)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            // It holds the header section of somebody's mail.
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            stream.Write(capsule.ToArray());
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw new OutputException($"{PlainText.Quoted(file)} cannot be written: {exception.Message}");
        }
    }

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
        return VerificationCapsule.TryRead(octets, out var capsule)
            ? capsule
            : throw new InputException($"{PlainText.Quoted(file)} is no capsule that this version can read; right would be a file that \"emailauth verify {Option.Name} FILE\" wrote.");
    }

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
