using System.Globalization;
using System.Text.Json;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.Verbs;

/// <summary><c>emailauth replay</c>: what today's code makes of a verdict that was filed.</summary>
internal sealed class ReplayVerb : Verb
{
    private const int MostDifferencesTold = 20;

    public override string Name => "replay";

    public override string Operands => "[FILE|-]";

    public override string Summary => "judge a message again from its capsule, and tell what is decided otherwise";

    public override int MaxOperands => 1;

    public override IReadOnlyList<Option> Options { get; } = [AuthservIdOption.Option, ExplanationOutput.Option, ShadowOption.Option, JsonOutput.Option];

    public override string Details => $"""
        FILE is what "emailauth verify --capsule FILE" wrote. Nothing is asked and no clock is looked at: session, moment,
        options, header section, hashes of the body and DNS answers are those that were recorded.

          emailauth verify message.eml --ip 192.0.2.1 --helo mail.example.com --capsule verdict.ecap
          emailauth replay verdict.ecap
          emailauth replay verdict.ecap --explain
          emailauth replay verdict.ecap --shadow strict=min-rsa=2048,one-author

        The verdict is printed as "verify" prints it, and whether it is the one that was recorded; with --json as the member
        "replay". A capsule bears no signature: whoever may write the file may write its verdict, so a difference tells that
        the code or the capsule was changed, and not which. Keep capsules where nobody else may write.

        {ShadowOption.Help}

        Exit status: 2 the verdict is not the one that was recorded, in any member; else that of "verify"; 66 no capsule.
        """;

    public override async Task<ExitStatus> RunAsync(Arguments arguments, CommandIo io, CancellationToken cancellationToken)
    {
        var file = arguments.Operands is [var name] ? name : "-";
        var authservId = AuthservIdOption.Read(arguments);
        var capsule = await CapsuleFile.ReadAsync(file, io, cancellationToken).ConfigureAwait(false);
        var replay = await capsule.ReplayWithShadowsAsync(ShadowOption.Read(arguments, capsule.Options), cancellationToken).ConfigureAwait(false);
        var verdict = new FileVerdict(file, replay.Verdict, HasUnixLineEnds: false);
        var explains = arguments.Has(ExplanationOutput.Option);
        if (arguments.Has(JsonOutput.Option))
        {
            JsonOutput.Write(io, json => VerificationJson.Write(json, verdict, authservId, explains, more => Write(more, capsule, replay)));
        }
        else
        {
            var page = new TextPage(io);
            VerificationText.Write(page, replay.Verdict, authservId);
            Write(page, capsule, replay);
            if (explains)
                ExplanationOutput.Write(page, replay.Verdict);
        }
        return replay.IsEqual ? verdict.Status : ExitStatus.Differs;
    }

    private static string Moment(VerificationCapsule capsule) => capsule.Moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void Write(TextPage page, VerificationCapsule capsule, CapsuleReplay replay)
    {
        if (replay.IsEqual)
            page.Finding("Replay", "equal", Tone.Good, $"today's code decides as was recorded on {Moment(capsule)}, in every member");
        else
            page.Finding("Replay", "differs", Tone.Bad, $"today's verdict is not the one recorded on {Moment(capsule)}, in {replay.Differences.Length} {(replay.Differences.Length == 1 ? "member" : "members")}: the code or the capsule was changed since");
        if (capsule.HasHashedLocalParts)
            page.More("local-parts and texts of header fields are pseudonyms (--hash-local-parts)");
        foreach (var difference in replay.Differences.Take(MostDifferencesTold))
            page.More($"{difference.Member}: recorded {ShadowOutput.Shown(difference.Member, difference.Before) ?? "(nothing)"}, now {ShadowOutput.Shown(difference.Member, difference.Now) ?? "(nothing)"}");
        if (replay.Differences.Length > MostDifferencesTold)
            page.More($"and {replay.Differences.Length - MostDifferencesTold} more; --json has them all");
        foreach (var question in replay.MissingAnswers.Take(MostDifferencesTold))
            page.More($"not recorded, and so not known: {question}");
    }

    private static void Write(Utf8JsonWriter json, VerificationCapsule capsule, CapsuleReplay replay)
    {
        json.WriteStartObject("replay");
        json.WriteString("recorded", Moment(capsule));
        json.WriteBoolean("equal", replay.IsEqual);
        json.WriteBoolean("hashedLocalParts", capsule.HasHashedLocalParts);
        json.WriteStrings("missingAnswers", [.. replay.MissingAnswers.Select(question => question.ToString())]);
        json.WriteBoolean("lacksBodyHash", replay.LacksBodyHash);
        ShadowOutput.WriteDifferences(json, replay.Differences, "recorded", "now");
        json.WriteEndObject();
    }
}
