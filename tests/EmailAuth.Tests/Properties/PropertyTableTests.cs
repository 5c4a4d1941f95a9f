using System.Reflection;

namespace EmailAuth.Tests.Properties;

/// <summary>The table of properties in tests/README.md is the tests, no more and no less.</summary>
public class PropertyTableTests
{
    [Test]
    public void The_table_lists_each_property_once_by_its_test()
    {
        var tests = typeof(PropertyTableTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(static method => (Method: method, Id: method.GetCustomAttribute<InvariantAttribute>()?.Properties["Invariant"][0]))
            .Where(static test => test.Id is not null)
            .Select(static test => $"| {test.Id} | {test.Method.Name.Replace('_', ' ')} | `{test.Method.DeclaringType!.Name}.{test.Method.Name}` |");
        var rows = File.ReadAllLines(Repository.PathOf("tests", "README.md")).SkipWhile(static line => line != "## Properties").Skip(1)
            .TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2);
        Assert.That(rows, Is.EquivalentTo(tests));
        Assert.That(rows.Count(), Is.GreaterThanOrEqualTo(60));
    }
}
