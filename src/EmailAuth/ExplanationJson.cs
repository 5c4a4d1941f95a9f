using System.Collections.Immutable;
using System.Text.Json;
using EmailAuth.Dmarc;

namespace EmailAuth;

/// <summary>An <see cref="Explanation"/> as JSON, written member by member so that it needs no reflection.</summary>
internal static class ExplanationJson
{
    private const int MostRecords = 20;

    public static void Write(Utf8JsonWriter json, Explanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("summary", explanation.ToParagraph());
        json.WriteBoolean("evidence", explanation.HasEvidence);
        json.WriteNumber("stepsLeftOut", explanation.StepsLeftOut);
        Write(json, explanation.Steps);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<ExplanationStep> steps)
    {
        json.WriteStartArray("steps");
        foreach (var step in steps)
            Write(json, step);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ExplanationStep step)
    {
        json.WriteStartObject();
        WriteOwn(json, step);
        json.WriteString("text", step.Text);
        if (step.IsDeciding)
            json.WriteBoolean("deciding", true);
        if (step.Rule is { } rule)
        {
            json.WriteString("rule", rule.Name);
            json.WriteString("section", rule.Section);
            WriteStrings(json, "rows", rule.Rows);
        }
        if (step.Input is { } input)
        {
            json.WriteStartObject("input");
            json.WriteString("kind", Name(input.Kind));
            json.WriteString("name", input.Name);
            json.WriteEndObject();
        }
        if (!step.Steps.IsEmpty)
            Write(json, step.Steps);
        json.WriteEndObject();
    }

    private static void WriteOwn(Utf8JsonWriter json, ExplanationStep step)
    {
        switch (step)
        {
            case MethodStep method:
                json.WriteString("step", "method");
                json.WriteString("method", method.Method);
                json.WriteString("result", method.Result);
                break;
            case IdentityStep identity:
                json.WriteString("step", "identity");
                json.WriteString("identity", identity.Identity);
                WriteText(json, "domain", identity.Domain?.ToString());
                break;
            case DnsStep dns:
                json.WriteString("step", "dns");
                Write(json, dns);
                break;
            case SpfTermStep term:
                json.WriteString("step", "spfTerm");
                json.WriteString("domain", term.Domain.ToString());
                json.WriteString("term", term.Term);
                WriteText(json, "expansion", term.Expansion?.ToString());
                json.WriteString("outcome", term.Outcome);
                json.WriteNumber("dnsLookups", term.DnsLookups);
                json.WriteNumber("voidLookups", term.VoidLookups);
                break;
            case SignatureStep signature:
                json.WriteString("step", "signature");
                Write(json, signature);
                break;
            case PolicyWalkStep walk:
                json.WriteString("step", "policyWalk");
                json.WriteString("domain", walk.Domain.ToString());
                json.WriteString("status", Name(walk.Status));
                WriteText(json, "record", walk.Record);
                break;
            case PolicyStep policy:
                json.WriteString("step", "policy");
                json.WriteString("authorDomain", policy.AuthorDomain.ToString());
                WriteText(json, "policyDomain", policy.PolicyDomain?.ToString());
                WriteText(json, "organizationalDomain", policy.OrganizationalDomain?.ToString());
                WriteText(json, "policy", policy.Policy?.ToKeyword());
                WriteText(json, "tag", policy.Tag is { } tag ? Name(tag) : null);
                WriteText(json, "appliedPolicy", policy.AppliedPolicy?.ToKeyword());
                break;
            case AlignmentStep alignment:
                json.WriteString("step", "alignment");
                json.WriteString("authorDomain", alignment.AuthorDomain.ToString());
                json.WriteString("method", Name(alignment.Alignment.Identifier.Method));
                json.WriteString("domain", alignment.Alignment.Identifier.Domain.ToString());
                json.WriteString("outcome", Name(alignment.Alignment.Identifier.Outcome));
                json.WriteString("mode", Name(alignment.Alignment.Mode));
                json.WriteString("alignment", Name(alignment.Alignment.Outcome));
                break;
            case LimitStep limit:
                json.WriteString("step", "limit");
                json.WriteString("limit", limit.Limit);
                break;
            case DecisionStep decision:
                json.WriteString("step", "decision");
                json.WriteString("result", decision.Result);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, DnsStep dns)
    {
        json.WriteString("name", dns.Question.Name.ToString());
        json.WriteString("type", dns.Question.Type.ToString());
        json.WriteString("status", Name(dns.Answer.Status));
        json.WriteStartArray("records");
        foreach (var record in dns.Answer.Records.Take(MostRecords))
            json.WriteStringValue(ExplanationText.Of(record));
        json.WriteEndArray();
        if (dns.Answer.Records.Length > MostRecords)
            json.WriteNumber("recordsLeftOut", dns.Answer.Records.Length - MostRecords);
        json.WriteNumber("timeToLive", Math.Round(dns.Answer.TimeToLive.TotalSeconds, 3));
        if (dns.Age is { } age)
            json.WriteNumber("age", Math.Round(age.TotalSeconds, 3));
        WriteText(json, "server", dns.Answer.Server is { } server ? ExplanationText.Safe(server) : null);
        json.WriteBoolean("authenticated", dns.Answer.IsAuthenticated);
        json.WriteBoolean("stale", dns.Answer.IsStale);
    }

    private static void Write(Utf8JsonWriter json, SignatureStep signature)
    {
        json.WriteNumber("field", signature.FieldIndex);
        WriteText(json, "domain", signature.Domain?.ToString());
        WriteText(json, "selector", signature.Selector);
        WriteText(json, "value", signature.FieldValue);
        WriteStrings(json, "signedFields", signature.SignedFields);
        WriteText(json, "headerHash", signature.HeaderHash);
        if (signature.HeaderHashMatches is { } matches)
            json.WriteBoolean("headerHashMatches", matches);
        WriteText(json, "statedBodyHash", signature.StatedBodyHash);
        WriteText(json, "bodyHash", signature.BodyHash);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
            json.WriteNull(name);
        else
            json.WriteString(name, text);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(ExplanationText.Safe(text));
        json.WriteEndArray();
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
