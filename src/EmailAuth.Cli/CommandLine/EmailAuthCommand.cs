using EmailAuth.Cli.Output;
using EmailAuth.Cli.Verbs;

namespace EmailAuth.Cli.CommandLine;

/// <summary>The <c>emailauth</c> command: finds the verb, runs it, and turns whatever happens into an exit status and at most one line.</summary>
internal static class EmailAuthCommand
{
    public static readonly IReadOnlyList<Verb> Verbs =
    [
        new VerifyVerb(),
        new ReplayVerb(),
        new SpfVerb(),
        new DkimSignVerb(),
        new DkimKeygenVerb(),
        new DkimRecordVerb(),
        new DmarcVerb(),
        new ArcSealVerb(),
        new LintVerb(),
        new CompletionVerb(),
        new ManVerb(),
    ];

    /// <summary>Runs one call to its end. Throws nothing.</summary>
    public static async Task<ExitStatus> RunAsync(string[] words, CommandIo io, CancellationToken cancellationToken = default)
    {
        var status = await RunSafelyAsync(words, io, cancellationToken).ConfigureAwait(false);
        try
        {
            await io.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await io.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (OutputException exception)
        {
            // A call that failed has told why already.
            return status == ExitStatus.NoOutput ? status : Fail(io, exception.Message, status.Or(exception.Status));
        }
        return status;
    }

    private static async Task<ExitStatus> RunSafelyAsync(string[] words, CommandIo io, CancellationToken cancellationToken)
    {
        try
        {
            return await DispatchAsync(words, io, cancellationToken).ConfigureAwait(false);
        }
        catch (CommandException exception)
        {
            return Fail(io, exception.Message, exception.Status);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(io, "interrupted.", ExitStatus.Interrupted);
        }
#pragma warning disable CA1031 // The last resort: a defect is told in one line, never as a stack trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(io, DefectText(exception), ExitStatus.Defect);
        }
    }

    /// <summary>One line about a defect of the program.</summary>
    public static string DefectText(Exception exception) =>
        $"this is a defect of the program, please report it: {exception.GetType().Name}: {exception.Message}";

    /// <summary>One line on standard error.</summary>
    public static void Tell(CommandIo io, string message)
    {
        try
        {
            io.Error.WriteLine($"emailauth: {PlainText.OneLine(message)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Nobody listens.
        }
    }

    private static ExitStatus Fail(CommandIo io, string message, ExitStatus status)
    {
        Tell(io, message);
        return status;
    }

    private static Task<ExitStatus> DispatchAsync(string[] words, CommandIo io, CancellationToken cancellationToken)
    {
        if (words is ["help", .. var topic])
            words = [.. topic, Verb.Help.Name];
        switch (words)
        {
            case []:
                throw new UsageException("no verb is given; \"emailauth --help\" lists them.");
            case ["--help" or "-h"]:
                HelpText.WriteOverview(io.Out, Verbs);
                return Task.FromResult(ExitStatus.Success);
            case [var family, "--help" or "-h"] when Verbs.Any(verb => verb.Name.StartsWith(family + " ", StringComparison.Ordinal)):
                HelpText.WriteOverview(io.Out, [.. Verbs.Where(verb => verb.Name.StartsWith(family + " ", StringComparison.Ordinal))]);
                return Task.FromResult(ExitStatus.Success);
            case ["--version"]:
                io.Out.WriteLine($"emailauth {HelpText.Version}");
                return Task.FromResult(ExitStatus.Success);
        }

        var (verb, rest) = Find(words);
        var arguments = Arguments.Parse([.. verb.Options, Verb.Help], rest is ["-h"] ? [Verb.Help.Name] : rest);
        if (arguments.Has(Verb.Help))
        {
            HelpText.Write(io.Out, verb);
            return Task.FromResult(ExitStatus.Success);
        }
        if (arguments.Operands.Count > verb.MaxOperands)
            throw new UsageException($"{PlainText.Quoted(arguments.Operands[verb.MaxOperands])} is one too many; right would be: emailauth {verb.Name} {verb.Operands}".TrimEnd() + ".");
        return verb.RunAsync(arguments, io, cancellationToken);
    }

    private static (Verb Verb, string[] Words) Find(string[] words)
    {
        foreach (var verb in Verbs)
        {
            var name = verb.Name.Split(' ');
            if (words.AsSpan().StartsWith(name))
                return (verb, words[name.Length..]);
        }
        var family = Verbs.Where(verb => verb.Name.StartsWith(words[0] + " ", StringComparison.Ordinal)).Select(verb => verb.Name).ToList();
        throw new UsageException(family.Count > 0
            ? $"{words[0]} alone is no verb; right would be {string.Join(" or ", family)}."
            : $"there is no verb {PlainText.Quoted(words[0])}; there are {string.Join(", ", Verbs.Select(verb => verb.Name))}.");
    }
}
