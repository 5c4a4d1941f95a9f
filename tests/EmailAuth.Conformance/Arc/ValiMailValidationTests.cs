using EmailAuth.Arc;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Arc;

/// <summary>The 171 validation cases of ValiMail's ARC test suite.</summary>
[Rfc(8617, "5.2")]
[Attack("A1")]
public class ValiMailValidationTests
{
    private const string File = "arc-draft-validation-tests.yml";

    private static IEnumerable<TestCaseData> Cases() => PublishedSuites.ArePresent
        ? ValiMailSuite.Read(File).Select(test => new TestCaseData(test).SetName($"ValiMail {test.Name}"))
        : [new TestCaseData((object?)null).SetName("ValiMail validation suite")];

    [TestCaseSource(nameof(Cases))]
    public async Task Has_the_expected_status(object? given)
    {
        PublishedSuites.PathOf("arc-valimail/" + File);
        var test = (ValiMailCase)given!;
        var result = await new ArcValidator(test.Resolver).ValidateAsync(test.Message);

        var suiteSays = test.Text("cv");
        if (!ValiMailSuite.Exceptions.TryGetValue(test.Name, out var exception))
        {
            Assert.That(result.Status.ToString(), Is.EqualTo(suiteSays), $"{result}\n{string.Join("\n", result.Sets)}");
            return;
        }
        Assert.That(exception.SuiteSays, Is.EqualTo(suiteSays.Length == 0 ? "(open)" : suiteSays), "The list says of the suite what it does not say.");
        Assert.That(result.Status.ToString(), Is.EqualTo(exception.WeSay), $"{result}\n{string.Join("\n", result.Sets)}");
    }

    [Test]
    public void The_suite_has_171_cases_and_each_exception_is_one_of_them()
    {
        PublishedSuites.PathOf("arc-valimail/" + File);
        var names = ValiMailSuite.Read(File).Select(test => test.Name).ToList();
        Assert.That(names.Count(name => !name.EndsWith(ValiMailSuite.Earlier, StringComparison.Ordinal)), Is.EqualTo(171));
        Assert.That(names, Has.Count.EqualTo(175));
        Assert.That(ValiMailSuite.Exceptions.Keys.Except(names), Is.Empty);
    }
}
